/**
 * What Prometheus reads about cost: how asking the vendors went, what became of their webhooks, and what the day has cost.
 */
import { Injectable } from '@nestjs/common';
import { Gauge, type Counter } from 'prom-client';
import { SpendingGuard } from '../calls/spending-guard.js';
import type { CostSide } from '../core/cost/reconciliation.js';
import { UsageStore } from '../core/cost/usage.store.js';
import { Metrics } from '../ops/metrics.js';

const USD = 1_000_000;

/** `pending`: asked again later. `given-up`: the estimate stays. `foreign`: in another currency, so the estimate stays. */
export type AskOutcome = 'final' | 'pending' | 'failed' | 'given-up' | 'foreign';
export type WebhookType = 'transcription' | 'audio' | 'initiation-failure' | 'other';
/** `unknown`: of a conversation that is none of ours. `ignored`: holds nothing that is used here. */
export type WebhookOutcome = 'entered' | 'unknown' | 'ignored' | 'too-large' | 'malformed';

@Injectable()
export class BillingMetrics {
  private readonly asked: Counter<'of' | 'outcome'>;
  private readonly webhooks: Counter<'type' | 'outcome'>;

  constructor(metrics: Metrics, guard: SpendingGuard, store: UsageStore) {
    this.asked = metrics.counter(
      'reconciliations_total',
      'Questions to the vendors for the cost of ended calls, by what came of them.',
      ['of', 'outcome'],
    );
    this.webhooks = metrics.counter(
      'elevenlabs_webhooks_total',
      'Post-call webhooks of ElevenLabs with a valid signature, by what became of them.',
      ['type', 'outcome'],
    );
    if (guard.budget()) showBudget(metrics.registry, guard, store);
  }

  countAsked(of: CostSide, outcome: AskOutcome): void {
    this.asked.inc({ of, outcome });
  }

  countWebhook(type: WebhookType, outcome: WebhookOutcome): void {
    this.webhooks.inc({ type, outcome });
  }
}

function showBudget(registry: Metrics['registry'], guard: SpendingGuard, store: UsageStore): void {
  const name = 'budget_usd';
  const gauge = new Gauge({
    name: `cordboard_${name}`,
    help: 'The budget of the day (UTC), of all replicas: its limit, what ended calls cost, what calls in flight count for.',
    labelNames: ['part'],
    registers: [registry],
    // Each worker reads the same figures.
    aggregator: 'max',
    collect: async () => {
      const budget = guard.budget();
      // While the store is away the last figures stand; that it is away is told elsewhere.
      const spending = budget && (await store.spending(budget).catch(() => undefined));
      if (!budget || !spending) return;
      gauge.set({ part: 'limit' }, budget.limitUsdMicros / USD);
      gauge.set({ part: 'spent' }, spending.spentUsdMicros / USD);
      gauge.set({ part: 'reserved' }, spending.reservedUsdMicros / USD);
    },
  });
}
