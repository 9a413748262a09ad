/**
 * Port: which `Idempotency-Key` was answered with what, for all replicas. Keeps and compares; what an answer means is decided by
 * who asks.
 */
import type { CallId } from '../ids.js';

/** How long an answer is given again: the promise of the API. */
export const ANSWER_KEPT_MS = 24 * 3_600_000;
/** How long the first request may take, far more than it does. After that its replica is taken for dead. */
export const CLAIM_MS = 30_000;

export interface KeptAnswer {
  /** HTTP status. */
  readonly status: number;
  /** Comes back as it was given, in its own order. */
  readonly body: unknown;
}

/** Stands where the record was that was answered with, once that was erased: the record as it is now is the answer. */
export const AS_IT_IS: KeptAnswer = { status: 201, body: null };

export interface Offer {
  readonly key: string;
  readonly bodyHash: string;
  /** The id that the call will have if this request is the first. */
  readonly callId: CallId;
}

export type Claim =
  /** Whoever asked is to act now. */
  | {
      readonly state: 'ours';
      /** That of the offer, or that of a request before, which never came to an end. */
      readonly callId: CallId;
      /** A request before this one may have made the call. */
      readonly isTakenOver: boolean;
      /** Names the claim: a later one has another. */
      readonly ticket: string;
    }
  /** Another request is at it. */
  | { readonly state: 'pending' }
  | { readonly state: 'answered'; readonly answer: KeptAnswer; readonly callId: CallId }
  /** The key came with another body before. */
  | { readonly state: 'conflict' };

/** Every method rejects with CordboardError `store-away` while the store cannot be reached. */
export abstract class IdempotencyStore {
  /** Of any number of offers of one key at the same time, one is told `ours`. */
  abstract claim(offer: Offer): Promise<Claim>;
  /** Keeps the answer, unless there is one: then that one is the answer. Gives back the one that counts. */
  abstract settle(key: string, callId: CallId, answer: KeptAnswer): Promise<KeptAnswer>;
  /** Forgets the key, unless it was answered, or claimed by somebody else meanwhile. */
  abstract release(key: string, ticket: string): Promise<void>;
  /** Removes what has expired. */
  abstract sweep(): Promise<void>;
}
