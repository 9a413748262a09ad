/**
 * The small stores as fakes, in memory and by the clock of the test: keys of media sockets, answers kept for repeats, the pace of
 * dialling. Held to the same contracts as Postgres.
 */
import { DialPace } from '../../src/core/call/dial-pace.js';
import {
  ANSWER_KEPT_MS,
  CLAIM_MS,
  IdempotencyStore,
  type Claim,
  type KeptAnswer,
  type Offer,
} from '../../src/core/call/idempotency.store.js';
import { StreamTokenStore } from '../../src/core/call/stream-token.store.js';
import type { Clock } from '../../src/core/clock.js';
import { CordboardError } from '../../src/core/errors.js';
import type { CallId } from '../../src/core/ids.js';

export class MemoryDialPace extends DialPace {
  private nextStart = 0;

  constructor(
    private readonly clock: Clock,
    /** Whether the store is away. */
    private readonly isAway: () => boolean = () => false,
  ) {
    super();
  }

  reserve(gapMs: number): Promise<number> {
    if (this.isAway()) return Promise.reject(new CordboardError('store-away'));
    const now = this.clock.now();
    const start = Math.max(now, this.nextStart);
    this.nextStart = start + gapMs;
    return Promise.resolve(start - now);
  }
}

export class MemoryStreamTokenStore extends StreamTokenStore {
  /** Set by a test: every method rejects. */
  isAway = false;
  private readonly tokens = new Map<string, { readonly callId: CallId; readonly expiresAt: number }>();

  constructor(private readonly clock: Clock) {
    super();
  }

  issue(tokenHash: string, callId: CallId, ttlMs: number): Promise<void> {
    return this.here(() => void this.tokens.set(tokenHash, { callId, expiresAt: this.clock.now() + ttlMs }));
  }

  find(tokenHash: string): Promise<CallId | undefined> {
    return this.here(() => this.valid(tokenHash));
  }

  redeem(tokenHash: string): Promise<CallId | undefined> {
    return this.here(() => {
      const callId = this.valid(tokenHash);
      for (const [hash, token] of this.tokens) if (token.callId === callId) this.tokens.delete(hash);
      return callId;
    });
  }

  private valid(tokenHash: string): CallId | undefined {
    const token = this.tokens.get(tokenHash);
    return token && token.expiresAt > this.clock.now() ? token.callId : undefined;
  }

  private here<Value>(act: () => Value): Promise<Value> {
    return this.isAway ? Promise.reject(new CordboardError('store-away')) : Promise.resolve(act());
  }
}

interface Kept extends Offer {
  readonly claimedUntil: number;
  readonly expiresAt: number;
  readonly answer?: KeptAnswer;
}

export class MemoryIdempotencyStore extends IdempotencyStore {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly clock: Clock) {
    super();
  }

  claim(offer: Offer): Promise<Claim> {
    const now = this.clock.now();
    const stored = this.kept.get(offer.key);
    const known = stored && stored.expiresAt > now ? stored : undefined;
    if (known && known.bodyHash !== offer.bodyHash) return Promise.resolve({ state: 'conflict' });
    if (known?.answer)
      return Promise.resolve({ state: 'answered', answer: known.answer, callId: known.callId });
    if (known && known.claimedUntil > now) return Promise.resolve({ state: 'pending' });
    const callId = known?.callId ?? offer.callId;
    const claimedUntil = now + CLAIM_MS;
    this.kept.set(offer.key, { ...offer, callId, claimedUntil, expiresAt: now + ANSWER_KEPT_MS });
    return Promise.resolve({
      state: 'ours',
      callId,
      isTakenOver: known !== undefined,
      ticket: String(claimedUntil),
    });
  }

  settle(key: string, callId: CallId, answer: KeptAnswer): Promise<KeptAnswer> {
    const known = this.kept.get(key);
    if (known?.callId !== callId) return Promise.resolve(answer);
    const counts = known.answer ?? answer;
    this.kept.set(key, { ...known, answer: counts });
    return Promise.resolve(counts);
  }

  release(key: string, ticket: string): Promise<void> {
    const known = this.kept.get(key);
    if (known && !known.answer && String(known.claimedUntil) === ticket) this.kept.delete(key);
    return Promise.resolve();
  }

  sweep(): Promise<void> {
    for (const [key, { expiresAt }] of this.kept) if (expiresAt <= this.clock.now()) this.kept.delete(key);
    return Promise.resolve();
  }
}
