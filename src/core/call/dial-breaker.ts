/**
 * Stops dialling when most of the last calls failed before the agent was heard: an account that is blocked, an agent that is gone or a
 * public address that does not answer would otherwise ring one phone after the other for nothing. After a pause one call is tried, and
 * what becomes of it decides. Pure; one for each replica, so that each finds out whether it can be reached.
 */

export interface BreakerSettings {
  /** Of a hundred calls; 0: it never stops. */
  readonly failurePercent: number;
  readonly pauseMs: number;
}

/** So many calls are looked at; with fewer there is no judgement. */
export const SAMPLE = 20;
/** Older outcomes say nothing about now. */
const REMEMBERED_MS = 10 * 60_000;
/** A tried call of which nothing is heard any more does not keep others from being tried. */
const PROBE_LIMIT_MS = 3 * 60_000;

interface Outcome {
  readonly at: number;
  readonly failed: boolean;
}

export class DialBreaker<Id> {
  private outcomes: Outcome[] = [];
  private stoppedAt: number | undefined;
  private probe: { readonly id: Id; readonly at: number } | undefined;

  constructor(private readonly settings: BreakerSettings) {}

  get isStopped(): boolean {
    return this.stoppedAt !== undefined;
  }

  /** Milliseconds until the call may be placed: 0 for now. Whoever is let through a stop is the one that is tried. */
  waitMs(id: Id, now: number): number {
    if (this.stoppedAt === undefined || this.probe?.id === id) return 0;
    const until = this.probe ? this.probe.at + PROBE_LIMIT_MS : this.stoppedAt + this.settings.pauseMs;
    if (now < until) return until - now;
    this.probe = { id, at: now };
    return 0;
  }

  /** The tried call came to nothing that says anything, as when it was hung up before it rang. */
  forget(id: Id): void {
    if (this.probe?.id === id) this.probe = undefined;
  }

  /** @param failed whether the call failed before the agent was heard. */
  record(id: Id, failed: boolean, now: number): void {
    if (this.stoppedAt !== undefined) {
      if (this.probe?.id !== id) return;
      this.probe = undefined;
      this.stoppedAt = failed ? now : undefined;
      if (!failed) this.outcomes = [];
      return;
    }
    const recent = this.outcomes.filter(({ at }) => at > now - REMEMBERED_MS);
    this.outcomes = [...recent, { at: now, failed }].slice(-SAMPLE);
    const { failurePercent } = this.settings;
    const failures = this.outcomes.filter((outcome) => outcome.failed).length;
    if (failurePercent > 0 && this.outcomes.length >= SAMPLE && failures * 100 >= failurePercent * SAMPLE)
      this.stoppedAt = now;
  }
}
