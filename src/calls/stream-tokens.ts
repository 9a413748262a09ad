/**
 * The keys to the media socket: random, single-use, short-lived, each for one call. Given out with a TwiML answer and taken back
 * before the socket is accepted, by whatever replica. While the store is away, those given out here are taken here.
 */
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { StreamTokenStore } from '../core/call/stream-token.store.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import { newStreamToken, type CallId } from '../core/ids.js';

/** Twilio opens the socket within seconds of reading the TwiML. */
export const STREAM_TOKEN_TTL_MS = 60_000;
/** As `newStreamToken` makes them: what is none costs no question to the store. */
const TOKEN = /^[\w-]{43}$/;

interface Issued {
  readonly callId: CallId;
  readonly expiresAt: number;
  /** The store has it too, so what the store says counts, as long as it says anything. */
  readonly isStored: boolean;
}

@Injectable()
export class StreamTokens {
  private readonly issued = new Map<string, Issued>();

  constructor(
    private readonly store: StreamTokenStore,
    private readonly clock: Clock,
  ) {}

  /** A new token. Twilio may ask twice and follow either answer, so earlier ones of the call go on working until one is used. */
  async issue(callId: CallId): Promise<string> {
    this.sweep();
    const token = newStreamToken();
    const stored = this.store.issue(hashOf(token), callId, STREAM_TOKEN_TTL_MS).then(() => true);
    const isStored = (await unlessAway(stored)) ?? false;
    this.issued.set(token, { callId, expiresAt: this.clock.now() + STREAM_TOKEN_TTL_MS, isStored });
    return token;
  }

  /** Whether the token was given out here, was not used here and has not expired. */
  isOfHere(token: string): boolean {
    return this.ofHere(token) !== undefined;
  }

  /** Whether the token would be taken now. */
  async knows(token: string): Promise<boolean> {
    if (!TOKEN.test(token)) return false;
    // A token that is known here was not used here; whether it was used elsewhere, `redeem` finds out.
    if (this.ofHere(token)) return true;
    return (await unlessAway(this.store.find(hashOf(token)))) !== undefined;
  }

  /** The call of the token, once; with it every other token of the call is used up. */
  async redeem(token: string): Promise<CallId | undefined> {
    if (!TOKEN.test(token)) return undefined;
    const ofHere = this.ofHere(token);
    // Before anything is awaited: two requests with one token must not both find it here.
    this.issued.delete(token);
    const answer = await unlessAway(this.store.redeem(hashOf(token)).then((callId) => ({ callId })));
    const isOnlyHere = ofHere?.isStored === false;
    const callId = answer?.callId ?? (answer === undefined || isOnlyHere ? ofHere?.callId : undefined);
    if (callId) this.forget(callId);
    return callId;
  }

  private ofHere(token: string): Issued | undefined {
    const found = this.issued.get(token);
    return found && found.expiresAt > this.clock.now() ? found : undefined;
  }

  private forget(callId: CallId): void {
    for (const [token, issued] of this.issued) if (issued.callId === callId) this.issued.delete(token);
  }

  private sweep(): void {
    const now = this.clock.now();
    for (const [token, { expiresAt }] of this.issued) if (expiresAt <= now) this.issued.delete(token);
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Undefined when the store cannot be reached. */
async function unlessAway<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof CordboardError && error.code === 'store-away') return undefined;
    throw error;
  }
}
