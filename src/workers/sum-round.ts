/**
 * Asks all workers for their figures and adds them up, within a time: one that does not answer counts with what it said last.
 */
import type { Cancel, Clock } from '../core/clock.js';
import { FiguresSum } from './figures-sum.js';
import type { Figures } from './wire.js';

/** A worker answers between two frames; one that needs longer is stuck. */
const ANSWER_WITHIN_MS = 2000;

export interface SumRoundParts {
  readonly clock: Clock;
  /** @returns the numbers of those that were asked. */
  ask(): readonly number[];
  own(): Promise<Figures>;
}

export class SumRound {
  private readonly sum = new FiguresSum();
  private readonly missing = new Set<number>();
  private running: Promise<string> | undefined;
  private tellComplete: () => void = () => undefined;

  constructor(private readonly parts: SumRoundParts) {}

  /** Whoever asks meanwhile shares the answer. */
  text(): Promise<string> {
    return (this.running ??= this.run().finally(() => (this.running = undefined)));
  }

  answered(number: number, figures: Figures): void {
    this.sum.answered(number, figures);
    this.strike(number);
  }

  gone(number: number): void {
    this.sum.gone(number);
    this.strike(number);
  }

  private async run(): Promise<string> {
    this.missing.clear();
    for (const number of this.parts.ask()) this.missing.add(number);
    if (this.missing.size > 0) await this.complete();
    return this.sum.text(await this.parts.own());
  }

  private complete(): Promise<void> {
    return new Promise((resolve) => {
      const cancel: Cancel = this.parts.clock.after(ANSWER_WITHIN_MS, resolve);
      this.tellComplete = () => {
        cancel();
        resolve();
      };
    });
  }

  private strike(number: number): void {
    if (this.missing.delete(number) && this.missing.size === 0) this.tellComplete();
  }
}
