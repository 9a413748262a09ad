/**
 * What arrived of one direction: delays, and whether every piece came once, in order, at the right call.
 */
import type { Cell } from './cell.js';
import { Delays, type DelaySummary } from './delays.js';

export interface DirectionReport {
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  readonly crossed: number;
  readonly disordered: number;
  readonly delays: DelaySummary;
}

export class Tally {
  private readonly delays = new Delays();
  private sent = 0;
  private received = 0;
  private crossed = 0;
  private disordered = 0;
  /** By call, the number of the next piece that is sent, and of the one that is expected next. */
  private readonly numbers = new Map<number, number>();
  private readonly expected = new Map<number, number>();

  /** Numbers a piece that is about to be sent. */
  take(call: number): number {
    const number = this.numbers.get(call) ?? 0;
    this.numbers.set(call, number + 1);
    this.sent += 1;
    return number;
  }

  /** @param call whose audio it came with. */
  arrived(call: number, cell: Cell, nowMs: number): void {
    this.received += 1;
    this.delays.add(nowMs - cell.dueMs);
    if (cell.call !== call) {
      this.crossed += 1;
      return;
    }
    const expected = this.expected.get(call) ?? 0;
    if (cell.number !== expected) this.disordered += 1;
    this.expected.set(call, Math.max(expected, cell.number + 1));
  }

  /** Counts from here on: what was sent before, when calls were being put through, is of no interest. */
  begin(): void {
    this.delays.reset();
    this.sent = 0;
    this.received = 0;
    this.crossed = 0;
    this.disordered = 0;
    for (const [call, number] of this.numbers) this.expected.set(call, number);
  }

  report(): DirectionReport {
    const { sent, received, crossed, disordered } = this;
    return { sent, received, lost: sent - received, crossed, disordered, delays: this.delays.summary() };
  }
}
