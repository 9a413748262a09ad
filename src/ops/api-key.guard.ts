/**
 * The door of the REST API: a bearer key. Routes that vendors call, health and docs carry `@Public()`.
 */
import {
  createParamDecorator,
  Injectable,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { CordboardError } from '../core/errors.js';
import { ApiKeys } from './api-keys.js';
import { Metrics } from './metrics.js';

const PUBLIC = Symbol('public');

/** No bearer key is asked for: the route has a door of its own, or none. */
export const Public = (): ClassDecorator & MethodDecorator => SetMetadata(PUBLIC, true);

/** Who was let in, by the fingerprints of their keys. */
const callers = new WeakMap<Request, string>();

/** The fingerprint of the key that a request was let in with. */
export const Caller = createParamDecorator((_given: undefined, context: ExecutionContext): string => {
  const caller = callers.get(context.switchToHttp().getRequest<Request>());
  if (caller === undefined) throw new Error('@Caller() stands on a route that asks for no key');
  return caller;
});

@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly keys: ApiKeys,
    private readonly reflector: Reflector,
    private readonly metrics: Metrics,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()]))
      return true;
    const request = context.switchToHttp().getRequest<Request>();
    const caller = this.keys.ofRequest(request);
    if (caller === undefined) {
      this.metrics.refusedDoors.inc({ door: 'api-key' });
      throw new CordboardError('unauthorized');
    }
    callers.set(request, caller);
    return true;
  }
}
