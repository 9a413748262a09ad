/**
 * The door of everything that Twilio requests over HTTP.
 */
import { Injectable, type CanActivate, type ExecutionContext, type RawBodyRequest } from '@nestjs/common';
import type { Request } from 'express';
import { CordboardError } from '../core/errors.js';
import { Metrics } from '../ops/metrics.js';
import { TwilioSignature, type SignedParams } from './twilio-signature.js';

@Injectable()
export class TwilioSignatureGuard implements CanActivate {
  constructor(
    private readonly signature: TwilioSignature,
    private readonly metrics: Metrics,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<RawBodyRequest<Request>>();
    const header = request.headers['x-twilio-signature'];
    const given = typeof header === 'string' ? header : undefined;
    if (this.isSigned(request, given)) return true;
    this.metrics.refusedDoors.inc({ door: 'twilio-signature' });
    throw new CordboardError('bad-signature');
  }

  private isSigned(request: RawBodyRequest<Request>, given: string | undefined): boolean {
    const path = request.originalUrl;
    if (request.method === 'GET') return this.signature.ofForm(given, path, {});
    if (request.is('json'))
      return this.signature.ofJson(given, path, request.rawBody?.toString('utf8') ?? '');
    return this.signature.ofForm(given, path, paramsOf(request.body));
  }
}

/** The body parser is told to parse flat, so a value is a text, or a list where a name was repeated. */
function paramsOf(body: unknown): SignedParams {
  return typeof body === 'object' && body !== null ? Object.fromEntries(Object.entries(body)) : {};
}
