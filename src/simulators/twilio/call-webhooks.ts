/**
 * The webhooks of one call: sends them with the call's fields, keeps their records, and knows when the last one is through. Which
 * webhook is due when is decided by the call's life.
 */
import type { WebhookKind, WebhookRecord } from './call-record.js';
import type { Target } from './request-target.js';
import type { SimulatedCall } from './simulated-call.js';
import { voiceParams } from './webhook-params.js';
import { WebhookFailed, type Webhook, type WebhookAnswer, type WebhookSender } from './webhook-sender.js';

export class CallWebhooks {
  private readonly underWay = new Set<Promise<void>>();

  /** @param stopSignal ends everything, without waiting for answers */
  constructor(
    private readonly call: SimulatedCall,
    private readonly sender: WebhookSender,
    private readonly stopSignal: AbortSignal,
  ) {}

  /** Sends one and hands over the answer. @throws WebhookFailed */
  async ask(hook: Webhook, signal: AbortSignal = this.stopSignal): Promise<WebhookAnswer> {
    return this.sendKept(hook, () => undefined, AbortSignal.any([signal, this.stopSignal]));
  }

  /** A voice request with the fields of the call as it stands. @throws WebhookFailed */
  askForDocument(
    kind: WebhookKind,
    target: Target,
    extra: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<WebhookAnswer> {
    this.call.note('voice-request', { kind, url: target.url, method: target.method });
    const params = { ...voiceParams(this.call, this.call.status), ...extra };
    return this.ask({ kind, ...target, params }, signal);
  }

  /** Sends one whose answer does not matter; a failure goes to the error log. Never rejects. */
  readonly tell = async (
    hook: Webhook,
    keep: (record: WebhookRecord) => void = () => undefined,
  ): Promise<void> => {
    try {
      await this.sendKept(hook, keep, this.stopSignal);
    } catch (error) {
      if (!(error instanceof WebhookFailed)) throw error;
      if (!this.stopSignal.aborted) this.call.warn(error.code, error.message);
    }
  };

  /** Work that the end of the call waits for. */
  readonly track = (work: Promise<void>): void => {
    const tracked = work.finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  };

  /** Resolves when nothing is under way any more, also not what began meanwhile. */
  async quiet(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private async sendKept(
    hook: Webhook,
    keep: (record: WebhookRecord) => void,
    signal: AbortSignal,
  ): Promise<WebhookAnswer> {
    try {
      return await this.sender.send(
        hook,
        (record) => {
          this.call.requests.push(record);
          keep(record);
        },
        signal,
      );
    } finally {
      this.call.changed();
    }
  }
}
