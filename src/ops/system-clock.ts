/**
 * The machine's time behind the `Clock` port. Knows how many tasks wait, so that a test can see that none is left behind.
 */
import { Injectable } from '@nestjs/common';
import { Clock, type Cancel } from '../core/clock.js';

@Injectable()
export class SystemClock extends Clock {
  private readonly waiting = new Set<NodeJS.Timeout>();

  get pendingTasks(): number {
    return this.waiting.size;
  }

  now(): number {
    return Date.now();
  }

  after(ms: number, task: () => void): Cancel {
    const timer = setTimeout(() => {
      this.waiting.delete(timer);
      task();
    }, ms);
    this.waiting.add(timer);
    return () => {
      clearTimeout(timer);
      this.waiting.delete(timer);
    };
  }
}
