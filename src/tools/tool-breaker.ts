/**
 * Gives a tool a rest that broke several times in a row, so that callers hear at once that it does not work instead of waiting for
 * that, and so that what it asks can recover. After a pause one run is let through, and what becomes of it decides. Pure; one for each
 * tool and process. Failures that a tool tells in its own words are answers, unless they say that they are an outage.
 */

/** So many in a row are no bad luck. */
export const FAILURES_IN_A_ROW = 5;
/** Longer than most restarts, shorter than a conversation. */
export const PAUSE_MS = 15_000;

export type BreakerState = 'closed' | 'open' | 'half-open';
/** `unknown`: the run was given up for reasons that say nothing about the tool. */
export type RunVerdict = 'worked' | 'broke' | 'unknown';

/** One run that was let through. */
export interface Admission {
  readonly isTrial: boolean;
}

export class ToolBreaker {
  private failures = 0;
  private openedAt: number | undefined;
  private trial: Admission | undefined;

  get state(): BreakerState {
    if (this.openedAt === undefined) return 'closed';
    return this.trial ? 'half-open' : 'open';
  }

  /** Undefined: the tool has its rest. Whoever is let through must be told of by `record`. */
  admit(now: number): Admission | undefined {
    if (this.openedAt === undefined) return { isTrial: false };
    if (this.trial || now < this.openedAt + PAUSE_MS) return undefined;
    this.trial = { isTrial: true };
    return this.trial;
  }

  record(admission: Admission, verdict: RunVerdict, now: number): void {
    if (this.openedAt !== undefined) {
      // What began before the rest says nothing new.
      if (this.trial !== admission) return;
      this.trial = undefined;
      if (verdict === 'unknown') return;
      this.openedAt = verdict === 'broke' ? now : undefined;
      this.failures = 0;
      return;
    }
    if (verdict === 'worked') this.failures = 0;
    else if (verdict === 'broke') this.failures += 1;
    if (this.failures >= FAILURES_IN_A_ROW) this.openedAt = now;
  }
}
