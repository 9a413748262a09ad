/**
 * The status callbacks of one leg: which events are reported, in which order, and the faults a script asks for. One callback
 * waits for the answer to the one before it, so that disorder happens only where it is asked for; Twilio itself promises no order.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { CallStatus, WebhookRecord } from './call-record.js';
import type { Target } from './call-request.js';
import type { StatusEvent, WebhookFaults } from './caller-script.js';
import type { Webhook } from './webhook-sender.js';
import { sipCodeOf, statusParams, type Leg } from './webhook-params.js';

export interface StatusCallbacksOptions {
  readonly leg: Leg;
  readonly kind: 'status' | 'dial-leg';
  readonly target: () => Target | undefined;
  readonly events: ReadonlySet<StatusEvent>;
  readonly faults: WebhookFaults;
  readonly now: () => number;
  /** Sends one webhook; never rejects. */
  readonly send: (hook: Webhook, keep: (record: WebhookRecord) => void) => Promise<void>;
  readonly signal: AbortSignal;
}

export class StatusCallbacks {
  private sequence = 0;
  private tail: Promise<void> = Promise.resolve();
  private readonly late: Promise<void>[] = [];

  constructor(private readonly options: StatusCallbacksOptions) {}

  /** Reports an event, when it was asked for. @param talkedSeconds for `completed` after an answer */
  fire(event: StatusEvent, status: CallStatus, talkedSeconds?: number): void {
    const { leg, kind, events, faults, now } = this.options;
    const target = this.options.target();
    if (target === undefined || !events.has(event)) return;
    const sequence = this.sequence;
    this.sequence += 1;
    if (faults.dropped?.includes(event)) return;
    const sipCode = event === 'completed' ? sipCodeOf(status) : undefined;
    const params = statusParams(leg, { status, sequence, nowEpochMs: now(), talkedSeconds, sipCode });
    const hook: Webhook = { kind, ...target, params };
    const isDoubled = faults.doubled?.includes(event) ?? false;
    const lateMs = faults.lateMs?.[event] ?? 0;
    if (lateMs > 0) this.late.push(this.deliverLate(hook, isDoubled, lateMs));
    else this.tail = this.tail.then(() => this.deliver(hook, isDoubled));
  }

  /** Resolves when everything that was fired has been delivered or given up. */
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
