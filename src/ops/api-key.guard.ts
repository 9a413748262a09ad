/**
 * The door of the REST API: a bearer key, kept as a hash and compared in constant time. Routes that vendors call, health and
 * docs carry `@Public()`.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { Environment } from '../config/environment.js';
import { CordboardError } from '../core/errors.js';
import { Metrics } from './metrics.js';

const PUBLIC = Symbol('public');

/** No bearer key is asked for: the route has a door of its own, or none. */
export const Public = (): ClassDecorator & MethodDecorator => SetMetadata(PUBLIC, true);

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

@Injectable()
export class ApiKeyGuard implements CanActivate {
  private readonly hashes: readonly Buffer[];

  constructor(
    environment: Environment,
    private readonly reflector: Reflector,
    private readonly metrics: Metrics,
  ) {
    this.hashes = environment.API_KEYS.map((key) => digest(key));
  }

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()]))
      return true;
    const { authorization = '' } = context.switchToHttp().getRequest<Request>().headers;
    const key = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (key !== undefined && this.knows(digest(key))) return true;
    this.metrics.refusedDoors.inc({ door: 'api-key' });
    throw new CordboardError('unauthorized');
  }

  /** Looks at every key, so that time tells nothing about which one nearly matched. */
  private knows(hash: Buffer): boolean {
    return this.hashes.reduce((found, known) => timingSafeEqual(known, hash) || found, false);
  }
}
