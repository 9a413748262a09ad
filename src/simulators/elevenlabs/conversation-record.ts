/**
 * A conversation as `GET /v1/convai/conversations/{id}` tells it, in the vendor's spelling. Durations and texts are what
 * really happened on the socket; the money is arithmetic on a list price, not anybody's bill.
 */
import { conversationAnalysis } from './conversation-analysis.js';
import type { ConversationTurn, SimulatedConversation, SimulatedToolCall } from './simulated-conversation.js';

/** Made up, since the vendor's rate of credits to dollars is not published for calls: whole credits, rising with time. */
const CREDITS_PER_SECOND = 10;

/** @param usdPerMinute price of a minute of connection time */
export function conversationRecord(conversation: SimulatedConversation, usdPerMinute: number): object {
  const startSecs = Math.floor(conversation.openedAt / 1000);
  return {
    agent_id: conversation.agentId,
    agent_name: `Simulated ${conversation.agentId}`,
    conversation_id: conversation.id,
    status: conversation.status,
    user_id: conversation.initiation?.user_id ?? null,
    environment: conversation.initiation?.environment ?? 'production',
    has_audio: conversation.sentAudioBytes + conversation.receivedAudioBytes > 0,
    has_user_audio: conversation.receivedAudioBytes > 0,
    has_response_audio: conversation.sentAudioBytes > 0,
    has_auxiliary_audio: false,
    conversation_initiation_client_data: initiationOf(conversation),
    transcript: transcriptOf(conversation),
    metadata: {
      start_time_unix_secs: startSecs,
      accepted_time_unix_secs: startSecs,
      call_duration_secs: Math.round(conversation.connectedSecs),
      ...moneyOf(conversation, usdPerMinute),
      authorization_method: conversation.authorization,
      termination_reason: terminationOf(conversation),
      error: errorOf(conversation),
      warnings: [],
      main_language: conversation.settings?.language ?? 'en',
      conversation_initiation_source: conversation.initiation?.source_info?.source ?? 'unknown',
    },
    analysis: conversation.processedAtMs === undefined ? null : conversationAnalysis(conversation),
    tag_ids: [],
  };
}

/** Unknown until the conversation is processed. No model works here, and so none costs. */
function moneyOf(conversation: SimulatedConversation, usdPerMinute: number): object {
  const isKnown = conversation.processedAtMs !== undefined;
  const seconds = conversation.connectedSecs;
  const credits = isKnown ? Math.round(seconds * CREDITS_PER_SECOND) : null;
  const usd = isKnown ? Math.round((seconds / 60) * usdPerMinute * 1e6) / 1e6 : null;
  return {
    cost: credits,
    cost_fiat: usd,
    charging: {
      dev_discount: false,
      is_burst: false,
      tier: null,
      call_charge: credits,
      platform_charge: credits,
      platform_price: usd,
      llm_charge: isKnown ? 0 : null,
      llm_price: isKnown ? 0 : null,
    },
  };
}

/** Empty until the end. */
export function terminationOf(conversation: SimulatedConversation): string {
  if (!conversation.end) return '';
  if (conversation.terminationReason !== '') return conversation.terminationReason;
  return conversation.end.by === 'client' ? 'Client disconnected' : 'Connection lost';
}

function errorOf(conversation: SimulatedConversation): object | null {
  if (!conversation.hasFailed) return null;
  return { code: conversation.end?.code ?? 1006, reason: terminationOf(conversation) };
}

function initiationOf(conversation: SimulatedConversation): object {
  const { initiation } = conversation;
  return {
    conversation_config_override: initiation?.conversation_config_override ?? {},
    custom_llm_extra_body: initiation?.custom_llm_extra_body ?? {},
    user_id: initiation?.user_id ?? null,
    dynamic_variables: initiation?.dynamic_variables ?? {},
  };
}

function transcriptOf(conversation: SimulatedConversation): readonly object[] {
  const secondsAt = (atMs: number): number =>
    Math.max(0, Math.round((atMs - conversation.openedAtMs) / 1000));
  const entries = [
    ...conversation.turns.map((turn) => ({ atMs: turn.atMs, entry: turnEntry(turn, secondsAt(turn.atMs)) })),
    ...conversation.toolCalls.map((call) => ({
      atMs: call.atMs,
      entry: toolEntry(call, secondsAt(call.atMs)),
    })),
  ];
  return entries.toSorted((a, b) => a.atMs - b.atMs).map(({ entry }) => entry);
}

function turnEntry(turn: ConversationTurn, seconds: number): object {
  return {
    role: turn.role === 'agent' ? 'agent' : 'user',
    message: turn.heard,
    original_message: turn.interrupted ? turn.text : null,
    interrupted: turn.interrupted,
    time_in_call_secs: seconds,
    source_event_id: turn.eventId,
    tool_calls: [],
    tool_results: [],
  };
}

function toolEntry(call: SimulatedToolCall, seconds: number): object {
  const parameters = JSON.stringify(call.parameters);
  const answer = call.result;
  return {
    role: 'agent',
    message: null,
    interrupted: false,
    time_in_call_secs: seconds,
    tool_calls: [
      {
        type: 'client',
        request_id: call.id,
        tool_name: call.name,
        params_as_json: parameters,
        tool_has_been_called: true,
        tool_details: { type: 'client', parameters },
      },
    ],
    tool_results: answer
      ? [
          {
            type: 'client',
            request_id: call.id,
            tool_name: call.name,
            result_value: answer.result,
            is_error: answer.is_error,
            is_blocked: false,
            tool_has_been_called: answer.error_type !== 'user_rejected',
            tool_latency_secs: ((call.answeredAtMs ?? call.atMs) - call.atMs) / 1000,
            error_type: answer.error_type ?? '',
          },
        ]
      : [],
  };
}
