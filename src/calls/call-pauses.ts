/**
 * Waiting on behalf of a call: until the time is over, or earlier when something happens to the call.
 */
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import type { CallId } from '../core/ids.js';
import { CallFeed } from './call-feed.js';

@Injectable()
export class CallPauses implements OnApplicationShutdown {
  private readonly waiting = new Map<CallId, Set<() => void>>();
  private over = false;

  constructor(
    feed: CallFeed,
    private readonly clock: Clock,
  ) {
    feed.subscribe((news) => {
      if (news.type === 'changed' || news.type === 'refreshed') this.wake(news.call.id);
    });
  }

  onApplicationShutdown(): void {
    this.over = true;
    for (const id of this.waiting.keys()) this.wake(id);
  }

  /** The process ends: nothing waits any more, and nothing is to be begun. */
  get isOver(): boolean {
    return this.over;
  }

  pause(id: CallId, ms: number): Promise<void> {
    if (this.over) return Promise.resolve();
    return new Promise((resolve) => {
      const ends = this.waiting.get(id) ?? new Set();
      const end = (): void => {
        cancel();
        ends.delete(end);
        if (ends.size === 0 && this.waiting.get(id) === ends) this.waiting.delete(id);
        resolve();
      };
      const cancel = this.clock.after(ms, end);
      this.waiting.set(id, ends.add(end));
    });
  }

  private wake(id: CallId): void {
    for (const end of this.waiting.get(id) ?? []) end();
  }
}
