/**
 * Time that a test moves by hand. Tasks run in the order of their times; nothing happens unless time is moved.
 */
import { setImmediate } from 'node:timers/promises';
import { Clock, type Cancel } from '../../src/core/clock.js';

interface Waiting {
  readonly at: number;
  readonly order: number;
  readonly task: () => void;
}

export class ManualClock extends Clock {
  private readonly waiting = new Set<Waiting>();
  private order = 0;

  /** @param time where it begins, in milliseconds since the Unix epoch */
  constructor(private time = 1_795_000_000_000) {
    super();
  }

  /** How many tasks still wait. */
  get pending(): number {
    return this.waiting.size;
  }

  now(): number {
    return this.time;
  }

  after(ms: number, task: () => void): Cancel {
    const waiting = { at: this.time + ms, order: (this.order += 1), task };
    this.waiting.add(waiting);
    return () => void this.waiting.delete(waiting);
  }

  /** Moves time, for code that acts in the very tick. */
  advance(ms: number): void {
    const until = this.time + ms;
    for (let next = this.nextUntil(until); next; next = this.nextUntil(until)) this.run(next);
    this.time = until;
  }

  /** Moves time and lets promises settle after each task, for code that awaits between its timers. */
  async pass(ms: number): Promise<void> {
    const until = this.time + ms;
    await settled();
    for (let next = this.nextUntil(until); next; next = this.nextUntil(until)) {
      this.run(next);
      await settled();
    }
    this.time = until;
  }

  private nextUntil(until: number): Waiting | undefined {
    const due = [...this.waiting].filter(({ at }) => at <= until);
    return due.toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
  }

  private run(next: Waiting): void {
    this.waiting.delete(next);
    this.time = Math.max(this.time, next.at);
    next.task();
  }
}

/** Everything that waits for promises only, and for no clock and no socket, has run. */
export async function settled(): Promise<void> {
  await setImmediate();
}
