/**
 * The two clocks of a session: one deadline for what must happen next, and one watch over a counter that must not stand still.
 */
import type { Cancel, Clock } from '../clock.js';

export class SessionTimers {
  private deadlineCancel: Cancel | undefined;
  private watchCancel: Cancel | undefined;

  constructor(private readonly clock: Clock) {}

  /** Replaces the deadline before. */
  deadline(ms: number, task: () => void): void {
    this.deadlineCancel?.();
    this.deadlineCancel = this.clock.after(ms, task);
  }

  cancelDeadline(): void {
    this.deadlineCancel?.();
    this.deadlineCancel = undefined;
  }

  /** Compares a counter now and then, instead of reading the clock for every frame. */
  watch(everyMs: number, count: () => number, standsStill: () => void): void {
    const seen = count();
    this.watchCancel = this.clock.after(everyMs, () => {
      if (count() === seen) standsStill();
      else this.watch(everyMs, count, standsStill);
    });
  }

  stop(): void {
    this.cancelDeadline();
    this.watchCancel?.();
    this.watchCancel = undefined;
  }
}
