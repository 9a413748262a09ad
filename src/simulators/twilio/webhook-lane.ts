/**
 * Webhooks of one kind in their order, with the faults that a script asks for: each waits for the answer to the one before it, so that
 * disorder happens only where it is asked for. Twilio itself promises no order.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { WebhookRecord } from './call-record.js';
import type { CallbackFaults } from './caller-script.js';
import type { Webhook } from './webhook-sender.js';

/** Sends one webhook and hands over its record; never rejects. */
export type SendWebhook = (hook: Webhook, keep: (record: WebhookRecord) => void) => Promise<void>;

export interface WebhookLaneOptions<Event extends string> {
  readonly faults: CallbackFaults<Event>;
  readonly send: SendWebhook;
  /** Ends the waiting of what is late. */
  readonly signal: AbortSignal;
}

export class WebhookLane<Event extends string> {
  private tail: Promise<void> = Promise.resolve();
  private readonly late: Promise<void>[] = [];

  constructor(private readonly options: WebhookLaneOptions<Event>) {}

  post(event: Event, hook: Webhook): void {
    const { faults } = this.options;
    if (faults.dropped?.includes(event)) return;
    const isDoubled = faults.doubled?.includes(event) ?? false;
    const lateMs = faults.lateMs?.[event] ?? 0;
    if (lateMs > 0) this.late.push(this.deliverLate(hook, isDoubled, lateMs));
    else this.tail = this.tail.then(() => this.deliver(hook, isDoubled));
  }

  /** Resolves when everything that was posted has been delivered or given up. */
  async delivered(): Promise<void> {
    await this.tail;
    await Promise.all(this.late);
  }

  private async deliver(hook: Webhook, isDoubled: boolean): Promise<void> {
    let idempotencyToken: string | undefined;
    await this.options.send(hook, (record) => {
      idempotencyToken = record.idempotencyToken;
    });
    // The same token: the second one is the same webhook once more, not a new one.
    if (isDoubled && idempotencyToken !== undefined) {
      await this.options.send({ ...hook, idempotencyToken }, () => undefined);
    }
  }

  private async deliverLate(hook: Webhook, isDoubled: boolean, lateMs: number): Promise<void> {
    try {
      await delay(lateMs, undefined, { signal: this.options.signal });
    } catch {
      // The simulator was stopped first; what is late then never comes.
      return;
    }
    await this.deliver(hook, isDoubled);
  }
}
