/**
 * Carries out one delivery: posts the event, decides what follows, keeps it.
 */
import { Inject, Injectable } from '@nestjs/common';
import { DeliveryStore, type ClaimedDelivery } from '../core/webhook/delivery.store.js';
import { verdictOn, type AttemptOutcome } from '../core/webhook/retry-schedule.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { WebhookMetrics } from './webhook-metrics.js';
import { WebhookPost } from './webhook-post.js';

@Injectable()
export class WebhookDeliverer {
  constructor(
    private readonly post: WebhookPost,
    private readonly deliveries: DeliveryStore,
    private readonly metrics: WebhookMetrics,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /**
   * @param signal cuts the request off; the delivery is given back then.
   * @throws CordboardError `store-away`: what came of it is not kept, and it goes out again.
   */
  async deliver(claimed: ClaimedDelivery, signal: AbortSignal): Promise<void> {
    let outcome: AttemptOutcome;
    try {
      outcome = await this.post.send(claimed.url, claimed.event, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      await this.deliveries.release(claimed);
      return;
    }
    const verdict = verdictOn(outcome, claimed, Math.random());
    await this.deliveries.settle(claimed, outcome, verdict);
    this.metrics.count(verdict.kind);
    if (verdict.kind === 'delivered') return;
    const { callId, seq } = claimed.event;
    this.logger.warn(
      { callId, seq, attempts: claimed.attempts, ...outcome, verdict: verdict.kind },
      'a webhook was not taken',
    );
  }
}
