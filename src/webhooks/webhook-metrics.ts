/**
 * Counts what came of attempts to post events.
 */
import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Metrics } from '../ops/metrics.js';

@Injectable()
export class WebhookMetrics {
  private readonly attempts: Counter<'outcome'>;

  constructor(metrics: Metrics) {
    this.attempts = metrics.counter(
      'webhook_attempts_total',
      'Attempts to post an event, by what came of them: delivered, retry or failed.',
      ['outcome'],
    );
  }

  count(outcome: 'delivered' | 'retry' | 'failed'): void {
    this.attempts.inc({ outcome });
  }
}
