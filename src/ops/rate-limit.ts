/**
 * How often one key may ask: so that a client gone wild takes no processor time from calls that are live. Counted by this replica for
 * itself; what dialling may cost is bounded elsewhere, by all replicas together.
 */
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { CordboardError } from '../core/errors.js';
import type { ApiKeys } from './api-keys.js';
import type { Metrics } from './metrics.js';

const MINUTE_MS = 60_000;

/**
 * Vendors and whoever has no key are not counted: vendors call as often as calls need it, and strangers are turned away by a guard that
 * costs less than counting them. Answers with `RateLimit` and `RateLimit-Policy` (draft 8 of the HTTP working group).
 */
export function rateLimitByKey(limit: number, keys: ApiKeys, metrics: Metrics): RequestHandler {
  return rateLimit({
    windowMs: MINUTE_MS,
    limit,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'key',
    skip: (request) => keys.ofRequest(request) === undefined,
    keyGenerator: (request) => keys.ofRequest(request) ?? '',
    handler: (_request: Request, _response: Response, next: NextFunction) => {
      metrics.refusedDoors.inc({ door: 'rate-limit' });
      next(
        new CordboardError(
          'rate-limited',
          `More than ${limit} requests came with this key within a minute, as many as API_REQUESTS_PER_MINUTE allows.`,
        ),
      );
    },
  });
}
