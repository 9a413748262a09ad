/**
 * What nobody caught. By default Node ends the process then, and with it every call that is live; a call shares nothing with another
 * that a mistake in one could have left half done, so the others go on, and whoever watches the metrics hears of it.
 */
import type { EventEmitter } from 'node:events';
import type { AppLogger } from './logger.js';
import type { Metrics } from './metrics.js';

/** @param source `process`. */
export function catchTheRest(source: EventEmitter, logger: AppLogger, metrics: Metrics): void {
  const mistakes = metrics.counter('uncaught_errors_total', 'Errors that nobody caught: each is a mistake.', [
    'kind',
  ]);
  for (const kind of ['uncaughtException', 'unhandledRejection'] as const) {
    source.on(kind, (error: unknown) => {
      mistakes.inc({ kind });
      logger.error({ err: error, kind }, 'an error that nobody caught; the service goes on');
    });
  }
}
