/**
 * Every error leaves as a problem of the catalogue; what is not in it leaves as `internal`, and the cause goes to the log only.
 */
import {
  Catch,
  HttpException,
  Inject,
  ServiceUnavailableException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { CordboardError } from '../core/errors.js';
import { loggablePath } from './loggable-path.js';
import type { AppLogger } from './logger.js';
import { problemOf } from './problem.js';
import { APP_LOGGER } from './tokens.js';

@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(APP_LOGGER) private readonly logger: AppLogger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    // Only the health checks throw this, and its body is their report.
    if (thrown instanceof ServiceUnavailableException) {
      response.status(503).json(thrown.getResponse());
      return;
    }
    const error = toCatalogue(thrown);
    if (error.code === 'internal') {
      this.logger.error(
        { err: thrown, method: request.method, path: loggablePath(request.url) },
        'request failed',
      );
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error.code === 'unauthorized') response.setHeader('WWW-Authenticate', 'Bearer');
    const retryAfter = retryAfterOf(error);
    if (retryAfter !== undefined && !response.hasHeader('Retry-After'))
      response.setHeader('Retry-After', retryAfter);
    response
      .status(error.status)
      .type('application/problem+json')
      .send(JSON.stringify(problemOf(error)));
  }
}

/** Room on a replica may be there any moment. */
const MAY_PASS: ReadonlySet<string> = new Set(['at-capacity', 'saturated', 'draining']);

/** In seconds, where the error knows. */
function retryAfterOf({ code, members }: CordboardError): number | string | undefined {
  return members['retryAfterSeconds'] ?? (MAY_PASS.has(code) ? 5 : undefined);
}

/** Nest and the body parser throw their own classes; their statuses say which of ours is meant. */
function toCatalogue(thrown: unknown): CordboardError {
  if (thrown instanceof CordboardError) return thrown;
  const status = statusOf(thrown);
  if (status === 404) return new CordboardError('not-found');
  if (status === 413) return new CordboardError('body-too-large');
  if (status !== undefined && status >= 400 && status < 500) return new CordboardError('malformed-body');
  return new CordboardError('internal');
}

function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (
    typeof thrown === 'object' &&
    thrown !== null &&
    'status' in thrown &&
    typeof thrown.status === 'number'
  ) {
    return thrown.status;
  }
  return undefined;
}
