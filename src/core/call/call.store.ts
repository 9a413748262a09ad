/**
 * Port: where calls and their timelines are kept. A store decides nothing; it refuses to write over a version that the writer
 * has not seen, and it keeps what belongs together in one transaction.
 */
import type { CallId } from '../ids.js';
import type { Call, CallStatus } from './call.js';
import type { TimelineEntry, TimelineEvent } from './timeline.js';

export interface CallFilter {
  readonly status?: CallStatus;
  readonly to?: string;
  readonly agentId?: string;
  readonly campaignId?: string;
  /** Milliseconds since the Unix epoch, both inclusive. */
  readonly createdFrom?: number;
  readonly createdTo?: number;
}

export interface CallPage {
  readonly calls: readonly Call[];
  /** Where the next page begins; null on the last. Opaque to callers. */
  readonly nextCursor: string | null;
}

/** Entries that are written together, once: written again under the same name, they change nothing. */
export interface Batch {
  /** Unique among the batches of the call. */
  readonly name: string;
  readonly entries: readonly TimelineEntry[];
}

/** What a new call may cost, together with all others of the day. */
export interface Budget {
  /** Start of the day, milliseconds since the Unix epoch. */
  readonly since: number;
  readonly limitUsdMicros: number;
  /** What an open call is taken to cost for each minute that has begun since it was answered. */
  readonly usdMicrosPerMinute: number;
}

/** Whether the budget has room for a call that counts for so much; one that is used up has none, not even for nothing. */
export function allows(
  { limitUsdMicros }: Budget,
  spentUsdMicros: number,
  reserveUsdMicros: number,
): boolean {
  return spentUsdMicros < limitUsdMicros && spentUsdMicros + reserveUsdMicros <= limitUsdMicros;
}

/** So many calls may be placed to one number, or with one key, within a time. */
export interface Cap {
  readonly of: 'destination' | 'key';
  readonly most: number;
  readonly withinMs: number;
  /** Where that time began, milliseconds since the Unix epoch. */
  readonly since: number;
  /** As it was set, for whoever is told about it. */
  readonly limit: string;
}

/** What a new call must keep to be let in; checked and written in one transaction, one call after the other. */
export interface EntryTerms {
  /** What the call counts for in the budget until its cost is known, in millionths of a US dollar. */
  readonly reserveUsdMicros: number;
  readonly budget?: Budget | undefined;
  readonly caps?: readonly Cap[];
  /** What calls to its number are counted by: a keyed hash of it, so that the count outlives the number on record. */
  readonly destination?: string | undefined;
}

/** `oldestAt`: when the oldest call was placed that stands in the way. */
export type EntryRefusal =
  { readonly of: 'budget' } | { readonly of: 'cap'; readonly cap: Cap; readonly oldestAt: number };

/** Something was written about a call, here or by another replica. Ids only: whoever wants more reads. */
export interface CallNotice {
  readonly callId: CallId;
  readonly version: number;
  /** Of the last event. */
  readonly seq: number;
  /** Whether the events of the call are posted to somebody. */
  readonly isPosted: boolean;
}

export interface EventPage {
  readonly events: readonly TimelineEvent[];
  /** Where to go on reading; also given when there was nothing. */
  readonly cursor: string;
}

/**
 * Every method rejects with CordboardError `store-away` while the store cannot be reached; whether a write that was under way
 * then took place is unknown, and `hasBatch` tells it later.
 */
export abstract class CallStore {
  /** @returns why the call may not come in; then nothing was written. Undefined: it is on record. */
  abstract insert(call: Call, batch: Batch, terms?: EntryTerms): Promise<EntryRefusal | undefined>;
  /** False when the stored version is not the one before `call.version`: read again and decide again. */
  abstract replace(call: Call, batch: Batch): Promise<boolean>;
  /** Adds to the timeline alone. False when there is no such call. */
  abstract append(id: CallId, batch: Batch): Promise<boolean>;
  abstract hasBatch(id: CallId, name: string): Promise<boolean>;
  abstract find(id: CallId): Promise<Call | undefined>;
  abstract findBySid(twilioCallSid: string): Promise<Call | undefined>;
  abstract findByConversation(conversationId: string): Promise<Call | undefined>;
  /** Newest first. An unknown cursor gives undefined. */
  abstract list(filter: CallFilter, limit: number, cursor?: string): Promise<CallPage | undefined>;
  abstract countLive(): Promise<number>;
  /** Events of one call behind `seq`, in order, no gap. */
  abstract events(id: CallId, afterSeq: number, limit: number): Promise<readonly TimelineEvent[]>;
  /** Events of all calls behind the cursor, in one order that never changes; without a cursor, none but where now is. */
  abstract eventsOfAll(cursor: string | undefined, limit: number): Promise<EventPage | undefined>;
  /**
   * Tells of everything that is written from now on, by whatever replica. `missed`: the connection was lost for a while, so
   * anything may have been written meanwhile.
   * @returns what stops it.
   */
  abstract watch(listener: (notice: CallNotice | 'missed') => void): () => void;
  /** Resolves when the store can be read and written; rejects with the reason otherwise. */
  abstract check(): Promise<void>;
}
