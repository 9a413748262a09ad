/**
 * Posts what is due, as many at once as is good for everybody. Every replica does it; they share the work by claims in the store.
 * Woken when a call of this replica that has an address was written, and looks now and then for everything else: retries, other
 * replicas' leavings, what somebody asked for again.
 */
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { CallStore } from '../core/call/call.store.js';
import type { Cancel, Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import { DeliveryStore, type ClaimedDelivery } from '../core/webhook/delivery.store.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER, BACKGROUND_CLOCK } from '../ops/tokens.js';
import { WebhookDeliverer } from './webhook-deliverer.js';

const LOOK_EVERY_MS = 1000;
const MAX_AT_ONCE = 64;
const MAX_OF_ONE_URL = 16;
/** Longer than a request may take and what follows it is written in. */
const CLAIM_SECONDS = 60;
/** When the process stops, requests under way get this long; what is cut off goes out again. */
const LAST_GRACE_MS = 3000;

@Injectable()
export class WebhookSender implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly underWay = new Map<Promise<void>, string>();
  private readonly stopping = new AbortController();
  private unwatch: (() => void) | undefined;
  private cancelLook: Cancel | undefined;
  private round: Promise<void> = Promise.resolve();
  private isInRound = false;
  private wantsRound = false;
  private isOver = false;

  constructor(
    private readonly environment: Environment,
    private readonly calls: CallStore,
    private readonly deliveries: DeliveryStore,
    private readonly deliverer: WebhookDeliverer,
    @Inject(BACKGROUND_CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    // Nothing is posted unsigned: without a secret, what waits goes on waiting.
    if (this.environment.WEBHOOK_SECRET === undefined) return;
    this.unwatch = this.calls.watch((notice) => {
      if (notice === 'missed' || notice.isPosted) this.wake();
    });
    this.look();
  }

  /** The store is closed after this one. */
  async onApplicationShutdown(): Promise<void> {
    this.isOver = true;
    this.unwatch?.();
    this.cancelLook?.();
    const cancel = this.clock.after(LAST_GRACE_MS, () => this.stopping.abort());
    await this.round;
    await Promise.all(this.underWay.keys());
    cancel();
    this.stopping.abort();
  }

  /** Something may be due. */
  wake(): void {
    if (this.isOver || this.environment.WEBHOOK_SECRET === undefined) return;
    this.wantsRound = true;
    if (!this.isInRound) this.round = this.rounds();
  }

  private look(): void {
    this.cancelLook = this.clock.after(LOOK_EVERY_MS, () => {
      this.look();
      this.wake();
    });
    this.wake();
  }

  /** Never rejects. */
  private async rounds(): Promise<void> {
    this.isInRound = true;
    while (this.wantsRound && !this.isOver) {
      this.wantsRound = false;
      try {
        for (const claimed of await this.claim()) this.carryOut(claimed);
      } catch (error) {
        // What is due now is due at the next look too.
        if (error instanceof CordboardError && error.code === 'store-away') break;
        this.logger.error({ err: error }, 'webhooks that are due could not be read');
      }
    }
    this.isInRound = false;
  }

  private async claim(): Promise<readonly ClaimedDelivery[]> {
    const room = MAX_AT_ONCE - this.underWay.size;
    if (room <= 0) return [];
    const counts = new Map<string, number>();
    for (const url of this.underWay.values()) counts.set(url, (counts.get(url) ?? 0) + 1);
    const full = [...counts].filter(([, count]) => count >= MAX_OF_ONE_URL).map(([url]) => url);
    const most = Math.max(0, ...[...counts.values()].filter((count) => count < MAX_OF_ONE_URL));
    return this.deliveries.claim({
      deliveries: room,
      ofOneUrl: MAX_OF_ONE_URL - most,
      exceptUrls: full,
      seconds: CLAIM_SECONDS,
    });
  }

  private carryOut(claimed: ClaimedDelivery): void {
    const work = this.deliverer
      .deliver(claimed, this.stopping.signal)
      .catch((error: unknown) => {
        // The claim runs out, and the event goes out again.
        if (error instanceof CordboardError && error.code === 'store-away') return;
        this.logger.error({ callId: claimed.event.callId, err: error }, 'a webhook could not be settled');
      })
      .finally(() => {
        this.underWay.delete(work);
        // The next event of this call is due now.
        this.wake();
      });
    this.underWay.set(work, claimed.url);
  }
}
