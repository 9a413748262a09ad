/**
 * Tells the breaker what became of the calls of this replica, and refuses to dial while it has stopped.
 */
import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { isFinal, type Call, type EndReason } from '../core/call/call.js';
import { DialBreaker } from '../core/call/dial-breaker.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import type { CallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import { Metrics } from '../ops/metrics.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { CallFeed } from './call-feed.js';

/** A cause that may lie with us, Twilio's account or the agent. Whoever is busy or does not answer has no part in it. */
const OF_OURS: ReadonlySet<EndReason | null> = new Set([
  'carrier-failed',
  'stream-failed',
  'agent-failed',
  'service-failed',
]);

@Injectable()
export class DialGuard {
  private readonly breaker: DialBreaker<CallId>;

  constructor(
    environment: Environment,
    feed: CallFeed,
    private readonly clock: Clock,
    metrics: Metrics,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    this.breaker = new DialBreaker({
      failurePercent: environment.BREAKER_FAILURE_PERCENT,
      pauseMs: environment.BREAKER_PAUSE_SECONDS * 1000,
    });
    metrics.gauge('dialling_stopped', 'Whether dialling is stopped because calls fail: 1 or 0.', () =>
      this.breaker.isStopped ? 1 : 0,
    );
    feed.subscribe((news) => {
      if (news.type === 'changed' && news.call.direction === 'outbound') this.learn(news.call, news.before);
    });
  }

  /** @throws CordboardError `dialling-stopped`. */
  check(id: CallId): void {
    const waitMs = this.breaker.waitMs(id, this.clock.now());
    if (waitMs === 0) return;
    const retryAfterSeconds = Math.ceil(waitMs / 1000);
    throw new CordboardError('dialling-stopped', undefined, [], { retryAfterSeconds });
  }

  /** A call that was let through the check and was not placed after all. */
  forget(id: CallId): void {
    this.breaker.forget(id);
  }

  private learn(call: Call, before: Call): void {
    const outcome = outcomeOf(call, before);
    if (outcome === undefined) return;
    const wasStopped = this.breaker.isStopped;
    if (outcome === 'nothing') this.breaker.forget(call.id);
    else this.breaker.record(call.id, outcome === 'failed', this.clock.now());
    if (this.breaker.isStopped === wasStopped) return;
    if (wasStopped) this.logger.info({ callId: call.id }, 'a call went well: dialling goes on');
    else
      this.logger.error(
        { callId: call.id, reason: call.endReason, code: call.failure?.code },
        'dialling is stopped: most of the last calls failed before the agent was heard',
      );
  }
}

/** Undefined when it is not known yet, or was known before. */
function outcomeOf(call: Call, before: Call): 'well' | 'failed' | 'nothing' | undefined {
  if (before.times.firstAudioAt === null && call.times.firstAudioAt !== null) return 'well';
  if (!isFinal(call.status) || isFinal(before.status) || call.times.firstAudioAt !== null) return undefined;
  if (OF_OURS.has(call.endReason)) return 'failed';
  // Somebody called it off, which says nothing about the next.
  return call.endReason === 'hung-up-by-api' || call.endReason === 'shutting-down' ? 'nothing' : 'well';
}
