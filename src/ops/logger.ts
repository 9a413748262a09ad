/**
 * Structured logs through pino, also for Nest's own. Secrets, phone numbers and words of a caller never reach a line at
 * `info`: what may hold them is logged at `debug` under the key `private`, and known carriers of secrets are masked always.
 */
import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';

/** Masked at every level. Query strings can hold variables of a caller, so addresses are logged without them. */
const REDACTED = [
  'req.headers.authorization',
  'req.headers["x-twilio-signature"]',
  'req.headers["elevenlabs-signature"]',
  'req.headers.cookie',
  'req.headers["idempotency-key"]',
];

export type AppLogger = Logger;

export function createLogger(level: string): AppLogger {
  return pino({ level, redact: { paths: REDACTED, censor: '[redacted]' }, base: { service: 'cordboard' } });
}

/** The path of an address: no query, and no token of a media socket. */
export function loggablePath(url: string | undefined): string {
  return (url ?? '').replace(/\?.*$/, '').replace(/^\/stream\/.+$/, '/stream/[token]');
}

/** Lets Nest's own lines go the same way. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: AppLogger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, textOf(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error(
      { context: rest.at(-1), stack: rest.length > 1 ? rest[0] : undefined },
      textOf(message),
    );
  }
  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, textOf(message));
  }
  debug(message: unknown, context?: string): void {
    this.logger.debug({ context }, textOf(message));
  }
  verbose(message: unknown, context?: string): void {
    this.logger.trace({ context }, textOf(message));
  }
}

function textOf(message: unknown): string {
  if (message instanceof Error) return message.stack ?? message.message;
  return typeof message === 'string' ? message : JSON.stringify(message);
}
