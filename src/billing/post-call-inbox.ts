/**
 * What becomes of ElevenLabs' post-call webhooks, once it is certain that ElevenLabs sent them. What is not for this service is
 * counted and never refused: agents of others share the webhook of a workspace, and new types come without notice.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { Call } from '../core/call/call.js';
import { CallStore } from '../core/call/call.store.js';
import { Conversations, type ConversationReport } from '../core/cost/conversations.js';
import { CordboardError } from '../core/errors.js';
import { isCallId, type CallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { optionalString, parseObject, type JsonObject } from '../protocol/decoding.js';
import { BillingMetrics, type WebhookOutcome, type WebhookType } from './billing-metrics.js';
import { reportOf } from './conversation-report.js';
import { CostLedger } from './cost-ledger.js';

const TYPES: Readonly<Record<string, WebhookType>> = {
  post_call_transcription: 'transcription',
  post_call_audio: 'audio',
  call_initiation_failure: 'initiation-failure',
};

@Injectable()
export class PostCallInbox {
  constructor(
    private readonly calls: CallStore,
    private readonly ledger: CostLedger,
    private readonly conversations: Conversations,
    private readonly metrics: BillingMetrics,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** @throws CordboardError `malformed-body`; `store-away`, for which ElevenLabs may come again. */
  async take(text: string): Promise<void> {
    const envelope = envelopeOf(text);
    if (!envelope) {
      this.metrics.countWebhook('other', 'malformed');
      throw new CordboardError('malformed-body', 'The body is no JSON object.');
    }
    const type = TYPES[optionalString(envelope, 'type') ?? ''] ?? 'other';
    // Of calls that ElevenLabs itself dials, a failed one is told too; here Twilio dials, and its callbacks tell.
    const outcome = type === 'transcription' ? await this.enter(envelope['data']) : 'ignored';
    this.metrics.countWebhook(type, outcome);
  }

  /** One that was read and not kept. */
  passOver(kind: 'audio' | 'too-large'): void {
    this.metrics.countWebhook(kind === 'audio' ? 'audio' : 'other', kind === 'audio' ? 'ignored' : kind);
    if (kind === 'too-large')
      this.logger.warn('a post-call webhook was too large to be kept; the conversation is asked for instead');
  }

  private async enter(data: unknown): Promise<WebhookOutcome> {
    const report = reportOf(data);
    if (!report) return 'malformed';
    const call = await this.callOf(report);
    if (!call) return 'unknown';
    // The webhook is sent once the conversation has been worked on, whatever word its status has by then.
    await this.ledger.report(call.id, { ...report, ...partOf(call, report), isOpen: false });
    if (call.erased.person) await this.removeThere(call.id, report.conversationId);
    return 'entered';
  }

  /** The person was erased before anybody here knew of the conversation. A refusal would not bring the webhook again for long. */
  private async removeThere(callId: CallId, conversationId: string): Promise<void> {
    try {
      await this.conversations.remove(conversationId);
    } catch (error) {
      this.logger.error(
        { callId, conversationId, err: error },
        'a conversation of a person who was erased is still at ElevenLabs: delete it there',
      );
    }
  }

  /** By the conversation; where the record has none, because it ended before it was told, by our own variable. */
  private async callOf({ conversationId, callId }: ConversationReport): Promise<Call | undefined> {
    const known = await this.calls.findByConversation(conversationId);
    if (known || callId === undefined || !isCallId(callId)) return known;
    const named = await this.calls.find(callId);
    if (!named) return undefined;
    const isIts = named.conversationId === null || named.earlierConversationIds.includes(conversationId);
    return isIts ? named : undefined;
  }
}

/** Of a call with several conversations one webhook knows a part: its cost is asked for, and its analysis is that of the last. */
function partOf(call: Call, { conversationId }: ConversationReport): Partial<ConversationReport> {
  if (call.earlierConversationIds.length === 0) return {};
  return { usdMicros: null, ...(conversationId === call.conversationId ? {} : { analysis: null }) };
}

function envelopeOf(text: string): JsonObject | undefined {
  try {
    return parseObject(text);
  } catch {
    return undefined;
  }
}
