/**
 * The keys to the media socket: random, single-use, short-lived, each for one call. Given out with a TwiML answer, taken back
 * before the socket is accepted.
 */
import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { newStreamToken, type CallId } from '../core/ids.js';

/** Twilio opens the socket within seconds of reading the TwiML. */
export const STREAM_TOKEN_TTL_MS = 60_000;

interface Issued {
  readonly callId: CallId;
  readonly expiresAt: number;
}

@Injectable()
export class StreamTokens {
  private readonly issued = new Map<string, Issued>();

  constructor(private readonly clock: Clock) {}

  /** A new token. Twilio may ask twice and follow either answer, so earlier ones of the call go on working until one is used. */
  issue(callId: CallId): string {
    this.sweep();
    const token = newStreamToken();
    this.issued.set(token, { callId, expiresAt: this.clock.now() + STREAM_TOKEN_TTL_MS });
    return token;
  }

  /** Whether the token would be taken now. */
  knows(token: string): boolean {
    const found = this.issued.get(token);
    return found !== undefined && found.expiresAt > this.clock.now();
  }

  /** The call of the token, once; with it every other token of the call is used up. */
  redeem(token: string): CallId | undefined {
    const callId = this.knows(token) ? this.issued.get(token)?.callId : undefined;
    this.issued.delete(token);
    if (callId) this.forget(callId);
    return callId;
  }

  private forget(callId: CallId): void {
    for (const [token, issued] of this.issued) if (issued.callId === callId) this.issued.delete(token);
  }

  private sweep(): void {
    const now = this.clock.now();
    for (const [token, { expiresAt }] of this.issued) if (expiresAt <= now) this.issued.delete(token);
  }
}
