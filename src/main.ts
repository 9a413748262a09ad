/**
 * Starts the service; ends with 1 and one line per fault where it cannot start.
 */
import { createApp } from './app.js';
import { Environment } from './config/environment.js';
import { EnvironmentError } from './config/read-environment.js';
import type { AppLogger } from './ops/logger.js';
import { APP_LOGGER } from './ops/tokens.js';
import { ToolRegistrationError } from './tools/tool-registry.js';

async function main(): Promise<void> {
  const app = await createApp();
  const { PORT, HOST } = app.get(Environment);
  await app.listen(PORT, HOST);
  app.get<AppLogger>(APP_LOGGER).info({ url: await app.getUrl() }, 'listening');
}

main().catch((error: unknown) => {
  const expected = error instanceof EnvironmentError || error instanceof ToolRegistrationError;
  process.stderr.write(
    `${expected ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exit(1);
});
