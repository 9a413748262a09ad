/**
 * Structured logs through pino, also for Nest's own. Secrets, phone numbers and words of a caller never reach a line at
 * `info`: what may hold them is logged at `debug` under the key `private`, and known carriers of secrets are masked always.
 */
import type { LoggerService } from '@nestjs/common';
import { pino, stdSerializers, type DestinationStream, type Logger } from 'pino';
import { errorInLog } from './error-in-log.js';

/** Masked at every level. Query strings can hold variables of a caller, so addresses are logged without them. */
const REDACTED = [
  'req.headers.authorization',
  'req.headers["x-twilio-signature"]',
  'req.headers["elevenlabs-signature"]',
  'req.headers.cookie',
  'req.headers["idempotency-key"]',
];

export type AppLogger = Logger;

/** Where whoever asked for it sees everything. */
const OUTSPOKEN = new Set(['debug', 'trace']);

export interface LoggerOptions {
  /** The standard output where none is given. */
  readonly destination?: DestinationStream;
  /** Which of several processes writes; on each of its lines. */
  readonly worker?: number | undefined;
}

export function createLogger(level: string, { destination, worker }: LoggerOptions = {}): AppLogger {
  const options = {
    level,
    redact: { paths: REDACTED, censor: '[redacted]' },
    base: { service: 'cordboard', ...(worker === undefined ? {} : { worker }) },
    serializers: { err: OUTSPOKEN.has(level) ? stdSerializers.err : errorInLog },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Lets Nest's own lines go the same way. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: AppLogger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, textOf(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    // Nest hands over the stack, whose first lines are the message.
    const [stack] = rest;
    const err = message instanceof Error ? message : rest.length > 1 ? { message, stack } : undefined;
    this.logger.error({ context: rest.at(-1), err }, err ? 'an error of Nest' : textOf(message));
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
