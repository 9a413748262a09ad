/**
 * Starts the service, as one process or as several; ends with 1 and one line per fault where it cannot start.
 */
import './ops/short-lived-objects.js';
import { givenVariables } from './config/config.module.js';
import { Environment } from './config/environment.js';
import { readEnvironment } from './config/read-environment.js';
import { catchTheRest } from './ops/last-resort.js';
import type { AppLogger } from './ops/logger.js';
import { Metrics } from './ops/metrics.js';
import { APP_LOGGER } from './ops/tokens.js';
import { runWithWorkers } from './workers/parent.js';
import { faultOf } from './workers/start-fault.js';

async function main(): Promise<void> {
  const variables = await givenVariables();
  const environment = readEnvironment(variables);
  if (environment.WORKERS > 1) await runWithWorkers({ environment, variables });
  else await runAlone(variables);
}

async function runAlone(variables: Readonly<Record<string, string>>): Promise<void> {
  // A parent of workers has no use for it.
  const { createApp } = await import('./app.js');
  const app = await createApp({ variables });
  const { PORT, HOST } = app.get(Environment);
  await app.listen(PORT, HOST);
  const logger = app.get<AppLogger>(APP_LOGGER);
  // Not earlier: what fails at the start ends the start.
  catchTheRest(process, logger, app.get(Metrics));
  logger.info({ url: await app.getUrl() }, 'listening');
}

main().catch((error: unknown) => {
  process.stderr.write(`${faultOf(error)}\n`);
  process.exit(1);
});
