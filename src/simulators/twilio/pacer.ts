/**
 * The one timer behind all streams of a simulator: every task runs once in 20 ms, on an absolute schedule, in one of four
 * turns so that many lines do not speak in the same instant. It does not decide what a late task makes of the time it lost.
 */
import type { Cancel } from '../../core/clock.js';

/** What Twilio was seen to send: 160 bytes every 20 ms (observed by many, promised by nobody). */
export const FRAME_MS = 20;
const TURNS = 4;
const TURN_MS = FRAME_MS / TURNS;

/** @param periods how many periods of 20 ms have passed since the last run; more than 1 when the timer was late */
export type PacedTask = (periods: number) => void;

interface Turn {
  dueMs: number;
  readonly tasks: Set<PacedTask>;
}

export class Pacer {
  private readonly turns: readonly Turn[] = Array.from({ length: TURNS }, () => ({
    dueMs: 0,
    tasks: new Set(),
  }));
  private timer: NodeJS.Timeout | undefined;
  /** The schedule of all turns counts from here. */
  private readonly originMs = performance.now();

  /** @returns when the first run is due, in ms of `performance.now()`, and how to end it */
  add(task: PacedTask): { readonly firstMs: number; readonly cancel: Cancel } {
    const [first] = this.turns;
    let turn = first;
    for (const one of this.turns) if (turn === undefined || one.tasks.size < turn.tasks.size) turn = one;
    if (turn === undefined) throw new Error('a pacer has turns');
    if (turn.tasks.size === 0) turn.dueMs = this.nextDue(this.turns.indexOf(turn));
    turn.tasks.add(task);
    this.arm();
    return {
      firstMs: turn.dueMs,
      cancel: () => {
        turn.tasks.delete(task);
        this.arm();
      },
    };
  }

  /** The next moment of that turn that lies in the future. */
  private nextDue(index: number): number {
    const offsetMs = this.originMs + index * TURN_MS;
    return offsetMs + (Math.floor((performance.now() - offsetMs) / FRAME_MS) + 1) * FRAME_MS;
  }

  private arm(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const turn of this.turns) if (turn.tasks.size > 0) nextMs = Math.min(nextMs, turn.dueMs);
    if (nextMs === Number.POSITIVE_INFINITY) return;
    this.timer = setTimeout(() => this.run(), Math.max(0, nextMs - performance.now()));
  }

  private run(): void {
    for (const turn of this.turns) {
      const lateMs = performance.now() - turn.dueMs;
      // A timer of Node may fire up to a millisecond early; waiting again for the rest would cost a whole turn.
      if (turn.tasks.size === 0 || lateMs < -1) continue;
      const periods = Math.floor(Math.max(0, lateMs) / FRAME_MS) + 1;
      turn.dueMs += periods * FRAME_MS;
      // A task that is added by another one begins with the next run.
      const tasks = [...turn.tasks];
      for (const task of tasks) task(periods);
    }
    this.arm();
  }
}
