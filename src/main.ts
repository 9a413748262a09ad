/**
 * Starts the service; ends with 1 and one line per fault where it cannot start.
 */
import { createApp } from './app.js';
import { Environment } from './config/environment.js';
import { EnvironmentError } from './config/read-environment.js';
import { catchTheRest } from './ops/last-resort.js';
import type { AppLogger } from './ops/logger.js';
import { Metrics } from './ops/metrics.js';
import { APP_LOGGER } from './ops/tokens.js';
import { EmbeddedPostgresError } from './persistence/embedded/embedded-postgres.error.js';
import { StoreError } from './persistence/store.error.js';
import { ToolRegistrationError } from './tools/tool-registry.js';

/** Whoever starts the service can mend these: their message says how, and a stack would only hide it. */
const EXPECTED = [EnvironmentError, ToolRegistrationError, StoreError, EmbeddedPostgresError];

async function main(): Promise<void> {
  const app = await createApp();
  const { PORT, HOST } = app.get(Environment);
  await app.listen(PORT, HOST);
  const logger = app.get<AppLogger>(APP_LOGGER);
  // Not earlier: what fails at the start ends the start.
  catchTheRest(process, logger, app.get(Metrics));
  logger.info({ url: await app.getUrl() }, 'listening');
}

main().catch((error: unknown) => {
  const isExpected = error instanceof Error && EXPECTED.some((kind) => error instanceof kind);
  const stack = error instanceof Error ? error.stack : error;
  process.stderr.write(`${isExpected ? error.message : String(stack)}\n`);
  process.exit(1);
});
