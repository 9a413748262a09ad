/**
 * An agent as `GET /v1/convai/agents/{id}` tells it: the members that a caller of this API looks at, in the vendor's
 * spelling. Everything the real object has besides (voices, models, knowledge, widget) is left out.
 */
import type { JsonObject } from '../../protocol/decoding.js';
import { DEFAULT_CLIENT_EVENTS, type AgentScript } from './agent-script.js';

/** Fixed, so that the record of a script is always the same. */
export const CREATED_AT_UNIX_SECS = 1_790_000_000;

export function agentRecord(agentId: string, script: AgentScript, requireSignedUrl: boolean): JsonObject {
  const allowed = new Set<string>(
    script.allowedOverrides ?? ['first_message', 'prompt', 'language', 'voice_id'],
  );
  return {
    agent_id: agentId,
    name: `Simulated ${agentId}`,
    conversation_config: {
      asr: { user_input_audio_format: script.inputFormat ?? 'ulaw_8000' },
      tts: { agent_output_audio_format: script.outputFormat ?? 'ulaw_8000' },
      conversation: { client_events: script.clientEvents ?? DEFAULT_CLIENT_EVENTS },
      agent: { first_message: script.firstMessage, language: 'en', prompt: { tool_ids: [] } },
    },
    metadata: { created_at_unix_secs: CREATED_AT_UNIX_SECS, updated_at_unix_secs: CREATED_AT_UNIX_SECS },
    platform_settings: {
      auth: { enable_auth: requireSignedUrl, allowlist: [] },
      overrides: {
        conversation_config_override: {
          agent: {
            first_message: allowed.has('first_message'),
            language: allowed.has('language'),
            prompt: { prompt: allowed.has('prompt') },
          },
          tts: { voice_id: allowed.has('voice_id') },
        },
      },
    },
  };
}
