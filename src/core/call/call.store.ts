/**
 * Port: where calls are kept. A store decides nothing; it refuses to write over a version that the writer has not seen.
 */
import type { CallId } from '../ids.js';
import type { Call, CallStatus } from './call.js';

export interface CallFilter {
  readonly status?: CallStatus;
  readonly to?: string;
  readonly agentId?: string;
  /** Milliseconds since the Unix epoch, both inclusive. */
  readonly createdFrom?: number;
  readonly createdTo?: number;
}

export interface CallPage {
  readonly calls: readonly Call[];
  /** Where the next page begins; null on the last. Opaque to callers. */
  readonly nextCursor: string | null;
}

export abstract class CallStore {
  abstract insert(call: Call): Promise<void>;
  /** False when the stored version is not the one before `call.version`: read again and decide again. */
  abstract replace(call: Call): Promise<boolean>;
  abstract find(id: CallId): Promise<Call | undefined>;
  abstract findBySid(twilioCallSid: string): Promise<Call | undefined>;
  /** Newest first. An unknown cursor gives undefined. */
  abstract list(filter: CallFilter, limit: number, cursor?: string): Promise<CallPage | undefined>;
  abstract countLive(): Promise<number>;
  /** Resolves when the store can be read and written; rejects with the reason otherwise. */
  abstract check(): Promise<void>;
}
