/**
 * The status callbacks of one leg: which events are reported, numbered, with which fields. Order, faults and sending are elsewhere.
 */
import type { CallStatus } from './call-record.js';
import type { StatusEvent, WebhookFaults } from './caller-script.js';
import type { Target } from './request-target.js';
import { sipCodeOf, statusParams, type Leg } from './webhook-params.js';
import { WebhookLane, type SendWebhook } from './webhook-lane.js';

export interface StatusCallbacksOptions {
  readonly leg: Leg;
  readonly kind: 'status' | 'dial-leg';
  readonly target: () => Target | undefined;
  readonly events: ReadonlySet<StatusEvent>;
  readonly faults: WebhookFaults;
  readonly now: () => number;
  readonly send: SendWebhook;
  readonly signal: AbortSignal;
}

export interface FinalFacts {
  /** Seconds of conversation, after an answer. */
  readonly talkedSeconds: number | undefined;
  /** The fields of a recording that was asked for with the call. */
  readonly recording?: Readonly<Record<string, string>>;
}

export class StatusCallbacks {
  private sequence = 0;
  private readonly lane: WebhookLane<StatusEvent>;

  constructor(private readonly options: StatusCallbacksOptions) {
    this.lane = new WebhookLane(options);
  }

  /** Reports an event, when it was asked for. @param final for `completed` */
  fire(event: StatusEvent, status: CallStatus, final?: FinalFacts): void {
    const { leg, kind, events, now } = this.options;
    const target = this.options.target();
    if (target === undefined || !events.has(event)) return;
    const sequence = this.sequence;
    this.sequence += 1;
    const sipCode = event === 'completed' ? sipCodeOf(status) : undefined;
    const talkedSeconds = final?.talkedSeconds;
    const params = statusParams(leg, { status, sequence, nowEpochMs: now(), talkedSeconds, sipCode });
    this.lane.post(event, { kind, ...target, params: { ...params, ...final?.recording } });
  }

  /** Resolves when everything that was fired has been delivered or given up. */
  delivered(): Promise<void> {
    return this.lane.delivered();
  }
}
