/**
 * Port: the keys to media sockets, shared by all replicas. Holds hashes, so that who reads the store can open no socket.
 */
import type { CallId } from '../ids.js';

/** Time is the store's own. Every method rejects with CordboardError `store-away` while the store cannot be reached. */
export abstract class StreamTokenStore {
  abstract issue(tokenHash: string, callId: CallId, ttlMs: number): Promise<void>;
  /** The call of a token that has not expired; the token stays. */
  abstract find(tokenHash: string): Promise<CallId | undefined>;
  /**
   * The same, once: with it every token of the call is used up. Of many who ask at once, also with different tokens of one call,
   * one gets it.
   */
  abstract redeem(tokenHash: string): Promise<CallId | undefined>;
}
