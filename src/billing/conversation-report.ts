/**
 * A conversation as ElevenLabs tells it, by REST or by the post-call webhook, which have the same members (reference
 * elevenlabs.md 7.1, 7.2). Only what is used here is read; what is missing or of another kind counts as not known. Pure.
 */
import type { CallAnalysis } from '../core/call/call.js';
import type { ConversationReport } from '../core/cost/conversations.js';
import { usdMicrosOf } from '../core/cost/money.js';
import { isTooDeep } from '../core/json-depth.js';
import { isObject, optionalObject, optionalString, type JsonObject } from '../protocol/decoding.js';

/** No more is coming once one of these is told; other words of later versions count as open, and are asked about again. */
const CLOSED = new Set(['done', 'failed']);

/** Undefined for what is no conversation. */
export function reportOf(value: unknown): ConversationReport | undefined {
  if (!isObject(value)) return undefined;
  const conversationId = optionalString(value, 'conversation_id');
  // No conversation is named with a NUL, and no store can be asked for one.
  if (conversationId === undefined || conversationId === '' || conversationId.includes('\0'))
    return undefined;
  const variables = optionalObject(
    optionalObject(value, 'conversation_initiation_client_data'),
    'dynamic_variables',
  );
  return {
    conversationId,
    callId: optionalString(variables, 'call_id'),
    isOpen: !CLOSED.has(optionalString(value, 'status') ?? ''),
    usdMicros: usdMicrosOf(optionalObject(value, 'metadata')['cost_fiat']) ?? null,
    analysis: analysisOf(value['analysis']),
  };
}

function analysisOf(value: unknown): CallAnalysis | null {
  if (!isObject(value)) return null;
  const successful = optionalString(value, 'call_successful');
  return {
    successful: successful === 'success' || successful === 'failure' ? successful : 'unknown',
    summary: optionalString(value, 'transcript_summary') ?? null,
    evaluation: shallow(optionalObject(value, 'evaluation_criteria_results')),
    collected: shallow(optionalObject(value, 'data_collection_results')),
  };
}

/** What is nested too deep to be compared and written counts as not known either. */
function shallow(value: JsonObject): JsonObject {
  return isTooDeep(value) ? {} : value;
}
