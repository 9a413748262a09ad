/**
 * The first message of a conversation: variables, and only the overrides that were set. Pure.
 */
import type { AgentOverrides, Variables } from '../core/call/call.js';
import type {
  ConversationConfigOverride,
  ConversationInitiation,
} from '../protocol/elevenlabs/conversation.messages.js';

export function initiationOf(variables: Variables, overrides: AgentOverrides): ConversationInitiation {
  const override = overrideOf(overrides);
  return {
    type: 'conversation_initiation_client_data',
    ...(override ? { conversation_config_override: override } : {}),
    ...(Object.keys(variables).length > 0 ? { dynamic_variables: variables } : {}),
  };
}

function overrideOf({
  firstMessage,
  prompt,
  language,
  voiceId,
}: AgentOverrides): ConversationConfigOverride | undefined {
  const agent = {
    ...(isUnset(firstMessage) ? {} : { first_message: firstMessage }),
    ...(isUnset(language) ? {} : { language }),
    ...(isUnset(prompt) ? {} : { prompt: { prompt } }),
  };
  const hasAgent = Object.keys(agent).length > 0;
  if (!hasAgent && isUnset(voiceId)) return undefined;
  return { ...(hasAgent ? { agent } : {}), ...(isUnset(voiceId) ? {} : { tts: { voice_id: voiceId } }) };
}

/** A client may send null for "not set"; to ElevenLabs it would be an override like any other. */
function isUnset(value: string | null | undefined): boolean {
  return value === undefined || value === null;
}
