/**
 * Time that jumps: a task waits no longer than for the work before it, and the time it asked for passes at once. For code that
 * pauses between requests to a real socket.
 */
import { Clock, type Cancel } from '../../src/core/clock.js';

export class InstantClock extends Clock {
  /** What was waited for, in milliseconds, in order. */
  readonly waits: number[] = [];
  private time = 1_795_000_000_000;

  now(): number {
    return this.time;
  }

  after(ms: number, task: () => void): Cancel {
    this.waits.push(ms);
    const timer = setImmediate(() => {
      this.time += ms;
      task();
    });
    return () => clearImmediate(timer);
  }
}
