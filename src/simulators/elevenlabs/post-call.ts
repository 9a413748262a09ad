/**
 * What happens after a conversation: it is processed for a while, then its record is final and the webhooks go out, once. No redelivery:
 * the vendor's is not guaranteed either.
 */
import { isObject } from '../../protocol/decoding.js';
import { Alarms } from './alarms.js';
import { conversationRecord } from './conversation-record.js';
import type { PostCallDelivery, PostCallEvent, PostCallWebhook } from './post-call-webhook.js';
import { silentMp3 } from './silent-mp3.js';
import type { SimulatedConversation } from './simulated-conversation.js';
import type { SimulatorSettings } from './simulator-settings.js';
import { webhookSignature } from './webhook-signature.js';

const DEFAULT_TIMEOUT_MS = 5000;
const DEFAULT_EVENTS: readonly PostCallEvent[] = ['transcript'];

type Written = Pick<PostCallDelivery, 'type' | 'body' | 'signature'>;

/** What went wrong on the wire is in the cause of fetch's own error. */
function failureOf(error: unknown): string {
  const cause = isObject(error) && isObject(error['cause']) ? error['cause'] : error;
  return isObject(cause) && typeof cause['message'] === 'string' ? cause['message'] : String(error);
}

/** As long as the conversation was, and silent. */
function soundOf(conversation: SimulatedConversation): object {
  return {
    agent_id: conversation.agentId,
    conversation_id: conversation.id,
    full_audio: silentMp3(conversation.connectedSecs).toString('base64'),
  };
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
    const { lateMs, never, doubled } = hook?.faults ?? {};
    if (!hook || never) return;
    if (lateMs !== undefined) await this.alarms.pause(lateMs);
    for (const event of hook.events ?? DEFAULT_EVENTS) {
      const written = this.write(conversation, hook, event);
      await this.deliver(conversation, hook, written);
      if (doubled) await this.deliver(conversation, hook, written);
    }
  }

  private write(conversation: SimulatedConversation, hook: PostCallWebhook, event: PostCallEvent): Written {
    const { secret, faults: { wrongSignature, skewSeconds = 0 } = {} } = hook;
    const nowSecs = Math.floor(Date.now() / 1000);
    const type = event === 'audio' ? 'post_call_audio' : 'post_call_transcription';
    const data =
      event === 'audio'
        ? soundOf(conversation)
        : conversationRecord(conversation, this.settings.costUsdPerMinute);
    const body = JSON.stringify({ type, event_timestamp: nowSecs, data });
    const signature = webhookSignature(
      wrongSignature ? `not ${secret}` : secret,
      nowSecs + skewSeconds,
      body,
    );
    return { type, body, signature };
  }

  /** One try; what becomes of it is kept with the conversation. Never rejects. */
  private async deliver(
    conversation: SimulatedConversation,
    { url, timeoutMs = DEFAULT_TIMEOUT_MS }: PostCallWebhook,
    written: Written,
  ): Promise<void> {
    if (this.stopping.signal.aborted) return;
    const { type, body, signature } = written;
    const delivery: PostCallDelivery = { ...written, url, atMs: performance.now() };
    conversation.deliveries.push(delivery);
    conversation.changed();
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'ElevenLabs-Signature': signature },
        // Sound comes in chunks, without a Content-Length (documented).
        ...(type === 'post_call_audio' ? { body: new Blob([body]).stream(), duplex: 'half' } : { body }),
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
    this.observe(conversation, 'post-call-webhook', { type, status, failure, ms });
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
