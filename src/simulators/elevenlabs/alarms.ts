/**
 * The timers of one conversation, kept together so that its end cancels them all. Real time only.
 */
import type { Cancel } from '../../core/clock.js';

/** What Node's timers can hold; longer, and `Infinity`, means never. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Alarms {
  private readonly cancels = new Set<() => void>();
  private cleared = false;

  /** Runs `task` once after `ms`; never for `Infinity`, and never once cleared. */
  after(ms: number, task: () => void): Cancel {
    if (this.cleared || ms > LONGEST_TIMER_MS) return () => undefined;
    const timer = setTimeout(() => {
      this.cancels.delete(cancel);
      task();
    }, ms);
    const cancel = (): void => {
      clearTimeout(timer);
      this.cancels.delete(cancel);
    };
    this.cancels.add(cancel);
    return cancel;
  }

  /** Resolves after `ms`; at the latest when everything is cleared. */
  async pause(ms: number): Promise<void> {
    if (this.cleared) return;
    await new Promise<void>((resolve) => {
      const cancel = this.after(ms, () => {
        this.cancels.delete(giveUp);
        resolve();
      });
      const giveUp = (): void => {
        cancel();
        this.cancels.delete(giveUp);
        resolve();
      };
      this.cancels.add(giveUp);
    });
  }

  clear(): void {
    this.cleared = true;
    for (const cancel of this.cancels) cancel();
    this.cancels.clear();
  }
}
