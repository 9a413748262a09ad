/**
 * Port: counts the persons who are rung for calls, with the calls themselves, and holds the limits and the budget against them.
 */
import type { CallId } from '../ids.js';
import type { EntryRefusal, EntryTerms } from './call.store.js';

export interface TransferEntry {
  readonly id: string;
  readonly callId: CallId;
  /** Fingerprint of the key that asked for it; where the agent did, of the one that placed the call. */
  readonly placedBy: string | null;
}

export abstract class TransferStore {
  /**
   * Counts the entry, unless a limit stands in its way; for all replicas together.
   * @returns why it may not be; then nothing was written.
   */
  abstract enter(
    entry: TransferEntry,
    terms: EntryTerms & { readonly destination: string },
  ): Promise<EntryRefusal | undefined>;
}
