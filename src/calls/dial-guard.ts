/**
 * Tells the breakers what became of the calls that this replica dialled, and refuses to dial while they have stopped.
 */
import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { Call } from '../core/call/call.js';
import { DialBreakers, dialOutcomeOf } from '../core/call/dial-breakers.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import type { CallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import { Metrics } from '../ops/metrics.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { CallFeed } from './call-feed.js';

@Injectable()
export class DialGuard {
  private readonly breakers: DialBreakers;
  /** Each replica finds out whether it can be reached itself, so it learns from its own calls, wherever their ends are told. */
  private readonly dialled = new Set<CallId>();

  constructor(
    environment: Environment,
    feed: CallFeed,
    private readonly clock: Clock,
    metrics: Metrics,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    this.breakers = new DialBreakers({
      failurePercent: environment.BREAKER_FAILURE_PERCENT,
      pauseMs: environment.BREAKER_PAUSE_SECONDS * 1000,
    });
    metrics.gauge(
      'dialling_stopped',
      'Whether dialling is stopped because calls fail: 1 or 0.',
      () => (this.breakers.isStopped ? 1 : 0),
      'max',
    );
    metrics.gauge(
      'dialling_stopped_pairs',
      'Pairs of an agent and a caller id whose calls are not dialled because they fail.',
      () => this.breakers.stoppedPairs,
      'max',
    );
    feed.subscribe((news) => {
      if (news.type === 'changed' || news.type === 'refreshed') this.learn(news.call, news.before);
    });
  }

  /** @throws CordboardError `dialling-stopped`. */
  check(call: Call): void {
    const waitMs = this.breakers.waitMs(call, this.clock.now());
    if (waitMs === 0) {
      this.dialled.add(call.id);
      return;
    }
    const retryAfterSeconds = Math.ceil(waitMs / 1000);
    throw new CordboardError('dialling-stopped', undefined, [], { retryAfterSeconds });
  }

  /** A call that was let through the check and was not placed after all. */
  forget(call: Call): void {
    this.dialled.delete(call.id);
    this.breakers.forget(call);
  }

  private learn(call: Call, before: Call): void {
    const outcome = this.dialled.has(call.id) ? dialOutcomeOf(call, before) : undefined;
    if (outcome === undefined) return;
    this.dialled.delete(call.id);
    const were = this.stopped;
    this.breakers.record(call, outcome, this.clock.now());
    const { all, pairs } = this.stopped;
    const about = { callId: call.id, reason: call.endReason, code: call.failure?.code };
    if (all && !were.all)
      this.logger.error(
        about,
        'dialling is stopped: most of the last calls failed before the agent was heard',
      );
    if (pairs > were.pairs)
      this.logger.error(
        { ...about, agentId: call.agentId },
        'dialling is stopped for an agent and a caller id: most of their last calls failed before the agent was heard',
      );
    if ((were.all && !all) || pairs < were.pairs)
      this.logger.info({ callId: call.id }, 'a call went well: dialling goes on');
  }

  private get stopped(): { readonly all: boolean; readonly pairs: number } {
    return { all: this.breakers.isStopped, pairs: this.breakers.stoppedPairs };
  }
}
