/**
 * One line per request, with the path alone: queries carry variables of callers.
 */
import { randomUUID } from 'node:crypto';
import { pinoHttp, type HttpLogger } from 'pino-http';
import type { ApiKeys } from './api-keys.js';
import { loggablePath } from './loggable-path.js';
import type { AppLogger } from './logger.js';

/** Asked every few seconds by whoever watches; of no interest to whoever reads. */
const QUIET = /^\/(health|metrics)/;

/** @param keys tell whose request it was, by the fingerprint of its key. */
export function requestLog(logger: AppLogger, keys: ApiKeys): HttpLogger {
  return pinoHttp({
    logger,
    genReqId: (_request, response) => {
      const id = randomUUID();
      response.setHeader('X-Request-Id', id);
      return id;
    },
    autoLogging: { ignore: (request) => QUIET.test(request.url ?? '') },
    customLogLevel: (_request, response) => (response.statusCode === 500 ? 'error' : 'info'),
    customProps: (request) => {
      const key = keys.ofRequest(request);
      return key === undefined ? {} : { key };
    },
    serializers: {
      req: (request: { id: string; method: string; url: string }) => ({
        id: request.id,
        method: request.method,
        path: loggablePath(request.url),
      }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
  });
}
