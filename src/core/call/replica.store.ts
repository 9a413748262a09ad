/**
 * Port: which processes answer for which calls. A replica that shows no sign of life loses its calls to the others.
 */
import type { CallId } from '../ids.js';
import type { Call } from './call.js';

export abstract class ReplicaStore {
  /** A sign of life of this replica; the first one makes it known. */
  abstract beat(): Promise<void>;
  /** Open calls whose replica is gone become this one's. Each goes to one taker only. */
  abstract takeOver(timeoutSeconds: number): Promise<readonly Call[]>;
  /** This replica carries the call from now on. */
  abstract own(id: CallId): Promise<void>;
  /** This replica ends: what it still has may be taken at once. */
  abstract leave(): Promise<void>;
}
