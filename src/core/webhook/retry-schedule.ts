/**
 * What follows from an attempt to post an event. Pure; told the time and the chance.
 */

/** What came of one request. */
export interface AttemptOutcome {
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  /** Why no answer came, without addresses or words of anybody; null when one did. */
  readonly error: string | null;
  /** What the receiver asked for with `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly inSeconds: number }
  | { readonly kind: 'failed' };

export interface Attempted {
  /** Attempts so far, this one included. */
  readonly attempts: number;
  /** Since the event was written, or since somebody asked for it to be posted again. */
  readonly ageSeconds: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Pauses before the second, third, … attempt; the last one goes on. Close to what Standard Webhooks suggests. */
const PAUSES_SECONDS = [5, 30, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR];
/** Every event has at least one attempt, however old it is by then. */
export const GIVEN_UP_AFTER_SECONDS = 24 * HOUR;
/** A receiver may ask for more patience, but not so much that a day has no second attempt. */
const LONGEST_RETRY_AFTER_SECONDS = 4 * HOUR;
/** Whoever answers so wants nothing more (Standard Webhooks). */
const GONE = 410;

/** @param random 0 to 1: pauses differ by a quarter either way, so that events that failed together do not come together. */
export function verdictOn(outcome: AttemptOutcome, attempted: Attempted, random: number): Verdict {
  const { status, retryAfterSeconds = 0 } = outcome;
  if (status !== null && status >= 200 && status < 300) return { kind: 'delivered' };
  if (status === GONE || attempted.ageSeconds >= GIVEN_UP_AFTER_SECONDS) return { kind: 'failed' };
  const pause = PAUSES_SECONDS[Math.min(attempted.attempts, PAUSES_SECONDS.length) - 1] ?? 0;
  const asked = Math.min(retryAfterSeconds, LONGEST_RETRY_AFTER_SECONDS);
  return { kind: 'retry', inSeconds: Math.max(pause * (0.75 + random / 2), asked) };
}
