/**
 * What happens after a conversation: it is processed for a while, then its record is final and the webhook goes out, once. No redelivery:
 * the vendor's is not guaranteed either.
 */
import { isObject } from '../../protocol/decoding.js';
import { Alarms } from './alarms.js';
import { conversationRecord } from './conversation-record.js';
import type { PostCallDelivery, PostCallWebhook } from './post-call-webhook.js';
import type { SimulatedConversation } from './simulated-conversation.js';
import type { SimulatorSettings } from './simulator-settings.js';
import { webhookSignature } from './webhook-signature.js';

const DEFAULT_TIMEOUT_MS = 5000;

/** What went wrong on the wire is in the cause of fetch's own error. */
function failureOf(error: unknown): string {
  const cause = isObject(error) && isObject(error['cause']) ? error['cause'] : error;
  return isObject(cause) && typeof cause['message'] === 'string' ? cause['message'] : String(error);
}

export class PostCall {
  private readonly alarms = new Alarms();
  private readonly stopping = new AbortController();
  /** Who is told from now on. */
  webhook: PostCallWebhook | undefined;

  constructor(private readonly settings: SimulatorSettings) {
    this.webhook = settings.postCallWebhook;
  }

  /** The conversation is closed. */
  follow(conversation: SimulatedConversation): void {
    this.alarms.after(this.settings.timing.processingMs, () => {
      conversation.processedAtMs = performance.now();
      this.observe(conversation, 'processed', { status: conversation.status });
      conversation.changed();
      void this.tell(conversation);
    });
  }

  /** Nothing is processed or sent any more. */
  stop(): void {
    this.alarms.clear();
    this.stopping.abort();
  }

  private async tell(conversation: SimulatedConversation): Promise<void> {
    const hook = this.webhook;
    const faults = hook?.faults ?? {};
    if (!hook || faults.never || hook.events?.includes('transcript') === false) return;
    if (faults.lateMs !== undefined) await this.alarms.pause(faults.lateMs);
    const nowSecs = Math.floor(Date.now() / 1000);
    const body = JSON.stringify({
      type: 'post_call_transcription',
      event_timestamp: nowSecs,
      data: conversationRecord(conversation, this.settings.costUsdPerMinute),
    });
    const secret = faults.wrongSignature ? `not ${hook.secret}` : hook.secret;
    const signature = webhookSignature(secret, nowSecs + (faults.skewSeconds ?? 0), body);
    await this.deliver(conversation, hook, { body, signature });
    if (faults.doubled) await this.deliver(conversation, hook, { body, signature });
  }

  /** One try; what becomes of it is kept with the conversation. Never rejects. */
  private async deliver(
    conversation: SimulatedConversation,
    { url, timeoutMs = DEFAULT_TIMEOUT_MS }: PostCallWebhook,
    { body, signature }: Pick<PostCallDelivery, 'body' | 'signature'>,
  ): Promise<void> {
    if (this.stopping.signal.aborted) return;
    const delivery: PostCallDelivery = { url, signature, body, atMs: performance.now() };
    conversation.deliveries.push(delivery);
    conversation.changed();
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'ElevenLabs-Signature': signature },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([this.stopping.signal, AbortSignal.timeout(timeoutMs)]),
      });
      delivery.status = response.status;
      await response.body?.cancel();
    } catch (error) {
      if (delivery.status === undefined) delivery.failure = failureOf(error);
    }
    const ms = Math.round(performance.now() - delivery.atMs);
    const { status, failure } = delivery;
    this.observe(conversation, 'post-call-webhook', { type: 'post_call_transcription', status, failure, ms });
    conversation.changed();
  }

  private observe(
    conversation: SimulatedConversation,
    what: string,
    detail: Readonly<Record<string, unknown>>,
  ): void {
    this.settings.observe({ atMs: performance.now(), by: 'elevenlabs', call: conversation.id, what, detail });
  }
}
