/**
 * Turns what the feed tells into metrics and into one log line per ended call, without numbers, names or words.
 */
import { Inject, Injectable } from '@nestjs/common';
import { isFinal, type Call } from '../core/call/call.js';
import { stepsTaken } from '../core/call/call-steps.js';
import type { BridgeFact } from '../core/bridge/bridge-facts.js';
import type { AppLogger } from '../ops/logger.js';
import { Metrics } from '../ops/metrics.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { CallFeed } from './call-feed.js';

@Injectable()
export class CallMetrics {
  constructor(
    feed: CallFeed,
    private readonly metrics: Metrics,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    feed.subscribe((news) => {
      switch (news.type) {
        case 'created': {
          metrics.callsStarted.inc({ direction: news.call.direction });
          logger.info({ callId: news.call.id, direction: news.call.direction }, 'call started');
          break;
        }
        case 'changed': {
          this.changed(news.call, news.before);
          break;
        }
        case 'ignored': {
          metrics.ignoredEvents.inc({ type: news.event.type });
          break;
        }
        case 'conversation': {
          this.conversation(news.fact);
          break;
        }
        case 'adopted': {
          metrics.callsRecovered.inc();
          break;
        }
        case 'refreshed': {
          // The replica that changed the call has counted it.
          break;
        }
      }
    });
  }

  private changed(call: Call, before: Call): void {
    const { transfer } = call;
    if (transfer?.status === 'ended' && before.transfer?.status !== 'ended')
      this.metrics.transfers.inc({ mode: transfer.mode, outcome: transfer.outcome ?? 'unknown' });
    for (const { step, ms } of stepsTaken(call, before)) this.metrics.callSteps.observe({ step }, ms / 1000);
    if (!isFinal(call.status) || isFinal(before.status)) return;
    const reason = call.endReason ?? 'unknown';
    this.metrics.callsEnded.inc({ direction: call.direction, status: call.status, reason });
    if (call.failure) this.metrics.failures.inc({ code: call.failure.code });
    this.logger.info(
      {
        callId: call.id,
        status: call.status,
        endReason: reason,
        failure: call.failure?.code,
        durationSeconds: call.durationSeconds,
      },
      'call ended',
    );
  }

  private conversation(fact: BridgeFact): void {
    if (fact.type === 'agent-lost') this.metrics.agentsLost.inc({ code: fact.failure.code });
    if (fact.type === 'interrupted') this.metrics.interruptions.inc();
  }
}
