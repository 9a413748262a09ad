/**
 * How many calls this replica holds: counted before anything is awaited, so that a burst of requests cannot slip past.
 */
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { CordboardError } from '../core/errors.js';
import { isFinal, type Call } from '../core/call/call.js';
import { Clock } from '../core/clock.js';
import type { CallId } from '../core/ids.js';
import { Metrics } from '../ops/metrics.js';
import { Readiness } from '../ops/readiness.js';
import { CallFeed } from './call-feed.js';

@Injectable()
export class Admission {
  private readonly held = new Set<CallId>();
  private tellEmpty: (() => void) | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly readiness: Readiness,
    private readonly clock: Clock,
    feed: CallFeed,
    metrics: Metrics,
  ) {
    metrics.gauge('calls_live', 'Calls that this replica holds now.', () => this.held.size);
    feed.subscribe((news) => {
      if (news.type === 'adopted') this.hold(news.call.id);
      if (news.type === 'refreshed' && isCarriedElsewhere(news.call, news.before)) this.release(news.call.id);
      if ((news.type === 'changed' || news.type === 'refreshed') && isFinal(news.call.status))
        this.release(news.call.id);
    });
  }

  get liveCalls(): number {
    return this.held.size;
  }

  heldCalls(): readonly CallId[] {
    return [...this.held];
  }

  /** Whether the last call ended within the time. */
  untilEmpty(withinMs: number): Promise<boolean> {
    if (this.held.size === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const cancel = this.clock.after(withinMs, () => resolve(false));
      this.tellEmpty = () => {
        cancel();
        resolve(true);
      };
    });
  }

  /** @throws CordboardError `draining`, `saturated` or `at-capacity`. */
  admit(id: CallId): void {
    if (this.readiness.isDraining) throw new CordboardError('draining');
    if (this.readiness.isSaturated) throw new CordboardError('saturated');
    if (this.held.size >= this.environment.MAX_CONCURRENT_CALLS) {
      throw new CordboardError(
        'at-capacity',
        `${this.held.size} calls are live, as many as MAX_CONCURRENT_CALLS allows.`,
      );
    }
    this.held.add(id);
  }

  /** A call that another replica let in is carried here from now on. */
  hold(id: CallId): void {
    this.held.add(id);
  }

  release(id: CallId): void {
    this.held.delete(id);
    if (this.held.size === 0) this.tellEmpty?.();
  }
}

/** Its media came to another replica, which holds it from then on: two that wait for the same call would wait in vain. */
function isCarriedElsewhere(call: Call, before: Call): boolean {
  return before.times.streamStartedAt === null && call.times.streamStartedAt !== null;
}
