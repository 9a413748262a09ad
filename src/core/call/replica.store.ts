/**
 * Port: which processes answer for which calls. A replica that shows no sign of life loses its calls to the others.
 */
import type { CallId } from '../ids.js';
import type { Call } from './call.js';

export abstract class ReplicaStore {
  /** A sign of life of this replica; the first one makes it known. */
  abstract beat(): Promise<void>;
  /**
   * Open calls whose replica is gone become this one's. Each goes to one taker only.
   * @param silentToo whether a replica is gone that has shown no sign of life for that time; otherwise only one that left, and one
   * of this machine whose process is not there any more.
   */
  abstract takeOver(timeoutSeconds: number, silentToo: boolean): Promise<readonly Call[]>;
  /** Open calls that this replica answers for on record, made at least so long ago. */
  abstract ownOpen(ageSeconds: number): Promise<readonly CallId[]>;
  /** This replica carries the call from now on. */
  abstract own(id: CallId): Promise<void>;
  /** This replica ends: what it still has may be taken at once. */
  abstract leave(): Promise<void>;
}
