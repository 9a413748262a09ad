/**
 * What the vendor's model would have found in a conversation: here what the script says, since nothing was understood. In the vendor's
 * spelling.
 */
import type { SimulatedConversation } from './simulated-conversation.js';

function defaultSummary({ turns, toolCalls }: SimulatedConversation): string {
  const count = (role: 'agent' | 'caller'): number => turns.filter((turn) => turn.role === role).length;
  const tools = toolCalls.length === 0 ? 'no tools' : `tools ${toolCalls.map(({ name }) => name).join(', ')}`;
  return `[simulated] ${count('agent')} turns of the agent, ${count('caller')} of the caller, ${tools}.`;
}

export interface ConversationAnalysis {
  readonly call_successful: 'success' | 'failure' | 'unknown';
  readonly transcript_summary: string;
  readonly [member: string]: unknown;
}

export function conversationAnalysis(conversation: SimulatedConversation): ConversationAnalysis {
  const {
    callSuccessful,
    summary,
    title,
    criteria = {},
    collected = {},
  } = conversation.script.analysis ?? {};
  return {
    evaluation_criteria_results: Object.fromEntries(
      Object.entries(criteria).map(([id, { result, rationale = '' }]) => [
        id,
        { criteria_id: id, result, rationale },
      ]),
    ),
    data_collection_results: Object.fromEntries(
      Object.entries(collected).map(([id, { value, rationale = '' }]) => [
        id,
        { data_collection_id: id, value, json_schema: null, rationale },
      ]),
    ),
    call_successful: callSuccessful ?? 'unknown',
    transcript_summary: summary ?? defaultSummary(conversation),
    call_summary_title: title ?? null,
  };
}
