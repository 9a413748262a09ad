/**
 * When the vendors are asked what an ended call cost, and for how long; and the port to the list of what is still to be asked.
 * The list is written by the store in one transaction with the end of the call, so that no crash loses an entry.
 */
import type { CallId } from '../ids.js';

export type CostSide = 'telephony' | 'agent';

export interface Claim {
  readonly callId: CallId;
  readonly of: CostSide;
  /** How many times it has been asked, this one included. */
  readonly attempts: number;
  /** Since the end of the call, by the clock of the store. */
  readonly ageSeconds: number;
}

/** Every method rejects with CordboardError `store-away` while the store cannot be reached. */
export abstract class ReconciliationStore {
  /** What is due and nobody works on, the longest due first. Others leave it alone for `claimSeconds`. */
  abstract claim(limit: number, claimSeconds: number): Promise<readonly Claim[]>;
  /** Asks again after so many seconds; null: never. An entry whose cost became final is gone already. */
  abstract postpone(claim: Pick<Claim, 'callId' | 'of'>, seconds: number | null): Promise<void>;
}

/** From the end of a call to the first question. How long the vendors take is published by neither. */
export const FIRST_QUESTION_SECONDS = 15;
const MAX_DELAY_SECONDS = 6 * 3600;
/** A price that is not known after three days is taken for one that never comes. */
const GIVE_UP_AFTER_SECONDS = 3 * 86_400;

/** Seconds to the next question, each twice the one before, up to six hours; null when there is none. */
export function nextQuestionIn({
  attempts,
  ageSeconds,
}: Pick<Claim, 'attempts' | 'ageSeconds'>): number | null {
  if (ageSeconds >= GIVE_UP_AFTER_SECONDS) return null;
  return Math.min(MAX_DELAY_SECONDS, FIRST_QUESTION_SECONDS * 2 ** Math.min(attempts, 20));
}

/**
 * How long Twilio may leave a call without a price that nobody answered before that is taken to mean "nothing charged". Whether
 * it ever gives such a call a price is not documented (reference twilio.md 2.3: null "until some time later").
 */
export const UNANSWERED_IS_FREE_AFTER_SECONDS = 3600;
