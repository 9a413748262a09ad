/**
 * Port: events on their way to somebody's address. They come into being with the event itself, in one transaction; here they are
 * handed out, one after the other within a call, and what came of them is kept as its proof.
 */
import type { ShownEvent } from '../call/event-view.js';
import type { TimelineType } from '../call/timeline.js';
import type { CallId } from '../ids.js';
import type { AttemptOutcome, Attempted, Verdict } from './retry-schedule.js';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** A delivery that this replica may carry out now. */
export interface ClaimedDelivery extends Attempted {
  readonly url: string;
  readonly event: ShownEvent;
  /** Names the claim: a later one has another. */
  readonly ticket: string;
}

export interface ClaimLimits {
  readonly deliveries: number;
  /** Of one address, so that a slow one leaves room for others. */
  readonly ofOneUrl: number;
  /** Addresses that have as many under way as they may. */
  readonly exceptUrls: readonly string[];
  /** After which another replica may carry it out. */
  readonly seconds: number;
}

/** Times in milliseconds since the Unix epoch. */
export interface Delivery {
  readonly callId: CallId;
  readonly seq: number;
  readonly type: TimelineType;
  readonly url: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly createdAt: number;
  /** Null unless it is pending. */
  readonly nextAttemptAt: number | null;
  readonly deliveredAt: number | null;
  /** HTTP status of the last answer. */
  readonly lastStatus: number | null;
  /** Why the last attempt got no answer. */
  readonly lastError: string | null;
}

/** Time is the store's own. Every method rejects with CordboardError `store-away` while the store cannot be reached. */
export abstract class DeliveryStore {
  /**
   * What is due and nobody works on, the longest due first. Of a call only the earliest that is not settled: its events go out in
   * their order. What somebody asked for again waits for nothing, and nothing waits for it.
   */
  abstract claim(limits: ClaimLimits): Promise<readonly ClaimedDelivery[]>;
  /** Keeps what came of it. Without effect when another replica took the delivery over meanwhile. */
  abstract settle(claimed: ClaimedDelivery, outcome: AttemptOutcome, verdict: Verdict): Promise<void>;
  /** Gives it back as if it had never been claimed: nobody knows whether it arrived, so it goes out again. */
  abstract release(claimed: ClaimedDelivery): Promise<void>;
  /** Of one call, in the order of its events, behind `afterSeq`. */
  abstract list(callId: CallId, afterSeq: number, limit: number): Promise<readonly Delivery[]>;
  /** Sends it again as soon as may be, whatever came of it before. Undefined when there is no such delivery. */
  abstract redeliver(callId: CallId, seq: number): Promise<Delivery | undefined>;
}
