/**
 * How many calls this replica holds: counted before anything is awaited, so that a burst of requests cannot slip past.
 */
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { CordboardError } from '../core/errors.js';
import { isFinal } from '../core/call/call.js';
import type { CallId } from '../core/ids.js';
import { Metrics } from '../ops/metrics.js';
import { Readiness } from '../ops/readiness.js';
import { CallFeed } from './call-feed.js';

@Injectable()
export class Admission {
  private readonly held = new Set<CallId>();

  constructor(
    private readonly environment: Environment,
    private readonly readiness: Readiness,
    feed: CallFeed,
    metrics: Metrics,
  ) {
    metrics.gauge('calls_live', 'Calls that this replica holds now.', () => this.held.size);
    feed.subscribe((news) => {
      if (news.type === 'changed' && isFinal(news.call.status)) this.release(news.call.id);
    });
  }

  get liveCalls(): number {
    return this.held.size;
  }

  heldCalls(): readonly CallId[] {
    return [...this.held];
  }

  /** @throws CordboardError `draining` or `at-capacity`. */
  admit(id: CallId): void {
    if (this.readiness.isDraining) throw new CordboardError('draining');
    if (this.held.size >= this.environment.MAX_CONCURRENT_CALLS) {
      throw new CordboardError(
        'at-capacity',
        `${this.held.size} calls are live, as many as MAX_CONCURRENT_CALLS allows.`,
      );
    }
    this.held.add(id);
  }

  release(id: CallId): void {
    this.held.delete(id);
  }
}
