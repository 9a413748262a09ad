/**
 * Port: calls by what became of their recordings, for whoever finishes and deletes these.
 */
import type { Call } from './call.js';

/** Every method rejects with CordboardError `store-away` while the store cannot be reached. */
export abstract class RecordedCallStore {
  /**
   * Calls that have ended, the last one first, and whose recordings are still `pending` or `recording`.
   * @param endedBefore milliseconds since the Unix epoch.
   */
  abstract unsettled(endedBefore: number, limit: number): Promise<readonly Call[]>;
  /**
   * Calls created in that time, oldest first, of whose recordings something may be kept: `recording`, `ready` or `failed`.
   * @param from and before milliseconds since the Unix epoch; `from` inclusive, `before` not.
   */
  abstract kept(from: number, before: number, limit: number): Promise<readonly Call[]>;
}
