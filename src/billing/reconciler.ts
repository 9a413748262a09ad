/**
 * Sees to it that the vendors are asked what ended calls cost, until they know or for as long as it makes sense. Every replica
 * does it; they share the work by claims in the store.
 */
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Cancel, Clock } from '../core/clock.js';
import { nextQuestionIn, ReconciliationStore, type Claim } from '../core/cost/reconciliation.js';
import { CordboardError } from '../core/errors.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER, BACKGROUND_CLOCK } from '../ops/tokens.js';
import { BillingMetrics } from './billing-metrics.js';
import { CostInquiry } from './cost-inquiry.js';

const ROUND_EVERY_MS = 5000;
/** Asked at once, so that the vendors see no burst after an outage. */
const AT_ONCE = 8;
/** Longer than both vendors' time limits and our writes; after it another replica may ask. */
const CLAIM_SECONDS = 60;

@Injectable()
export class Reconciler implements OnApplicationBootstrap, OnApplicationShutdown {
  private isOver = false;
  private cancel: Cancel | undefined;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly due: ReconciliationStore,
    private readonly inquiry: CostInquiry,
    private readonly metrics: BillingMetrics,
    @Inject(BACKGROUND_CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  /** The store is closed after this one. */
  async onApplicationShutdown(): Promise<void> {
    this.isOver = true;
    this.cancel?.();
    await this.running;
  }

  /** Asks about everything that is due. @returns how many questions that were. @throws CordboardError `store-away` */
  async round(): Promise<number> {
    let asked = 0;
    while (!this.isOver) {
      const claims = await this.due.claim(AT_ONCE, CLAIM_SECONDS);
      // All of them, also when the store goes away under one: nothing may be written after the shutdown.
      const settled = await Promise.allSettled(claims.map((claim) => this.settle(claim)));
      for (const one of settled) if (one.status === 'rejected') throw one.reason;
      asked += claims.length;
      if (claims.length < AT_ONCE) break;
    }
    return asked;
  }

  private schedule(): void {
    if (this.isOver) return;
    this.cancel = this.clock.after(ROUND_EVERY_MS, () => {
      this.running = this.round()
        .catch((error: unknown) => {
          if (error instanceof CordboardError && error.code === 'store-away') return;
          this.logger.error({ err: error }, 'asking the vendors for costs failed');
        })
        .finally(() => {
          this.schedule();
        });
    });
  }

  private async settle(claim: Claim): Promise<void> {
    const outcome = await this.inquiry.ask(claim);
    this.metrics.countAsked(claim.of, outcome);
    // The entry went with the write of the final cost.
    if (outcome === 'final') return;
    const isLast = outcome === 'given-up' || outcome === 'foreign';
    await this.due.postpone(claim, isLast ? null : nextQuestionIn(claim));
  }
}
