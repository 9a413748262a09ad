/**
 * What a PATCH of an agent may say of the members that this simulator knows: the limits of the vendor's OpenAPI. Members that it
 * does not know are stored as they come, unchecked. Pure.
 */
import { isObject, type JsonObject } from '../../protocol/decoding.js';
import type { AgentScript } from './agent-script.js';
import { memberAt } from './merging.js';
import type { FieldFault } from './rest-answer.js';

const FORMATS: ReadonlySet<unknown> = new Set([
  'pcm_8000',
  'pcm_16000',
  'pcm_22050',
  'pcm_24000',
  'pcm_44100',
  'pcm_48000',
  'ulaw_8000',
]);
/** The enum ClientEvent: types on the wire that are not in it cannot be asked for. */
const CLIENT_EVENTS: ReadonlySet<unknown> = new Set([
  'conversation_initiation_metadata',
  'asr_initiation_metadata',
  'ping',
  'audio',
  'interruption',
  'user_transcript',
  'tentative_user_transcript',
  'agent_response',
  'agent_response_correction',
  'client_tool_call',
  'mcp_tool_call',
  'mcp_connection_status',
  'agent_tool_request',
  'agent_tool_response',
  'agent_tool_response_full_payload',
  'agent_response_metadata',
  'vad_score',
  'agent_chat_response_part',
  'client_error',
  'guardrail_triggered',
  'dtmf_request',
  'agent_response_complete',
  'context_usage',
  'internal_turn_probability',
  'internal_tentative_agent_response',
]);
const MAX_QUEUE_SECONDS = 1800;

interface Rule {
  readonly path: readonly string[];
  readonly allows: (value: unknown) => boolean;
  readonly msg: string;
}

const RULES: readonly Rule[] = [
  {
    path: ['conversation_config', 'asr', 'user_input_audio_format'],
    allows: (value) => FORMATS.has(value),
    msg: 'Input should be an audio format',
  },
  {
    path: ['conversation_config', 'tts', 'agent_output_audio_format'],
    allows: (value) => FORMATS.has(value),
    msg: 'Input should be an audio format',
  },
  {
    path: ['conversation_config', 'conversation', 'client_events'],
    allows: (value) => Array.isArray(value) && value.every((event) => CLIENT_EVENTS.has(event)),
    msg: 'Input should be a list of client events',
  },
  {
    path: ['conversation_config', 'agent', 'prompt', 'tool_ids'],
    allows: (value) => Array.isArray(value) && value.every((id) => typeof id === 'string'),
    msg: 'Input should be a list of strings',
  },
  {
    path: ['platform_settings', 'queueing_config', 'enabled'],
    allows: (value) => typeof value === 'boolean',
    msg: 'Input should be a valid boolean',
  },
  {
    path: ['platform_settings', 'queueing_config', 'wait_timeout_seconds'],
    allows: (value) => Number.isInteger(value) && Number(value) > 0 && Number(value) <= MAX_QUEUE_SECONDS,
    msg: `Input should be an integer above 0 and at most ${MAX_QUEUE_SECONDS}`,
  },
];

export function faultsOfAgentChange(change: JsonObject): readonly FieldFault[] {
  const sections = ['conversation_config', 'platform_settings'].filter(
    (name) => change[name] !== undefined && !isObject(change[name]),
  );
  return [
    ...sections.map((name) => ({ loc: ['body', name], msg: 'Input should be an object', type: 'dict_type' })),
    ...RULES.flatMap(({ path, allows, msg }) => {
      const value = memberAt(change, ...path);
      return value === undefined || allows(value)
        ? []
        : [{ loc: ['body', ...path], msg, type: 'value_error' }];
    }),
  ];
}

/** The script with the settings that its conversations are held with after the change. */
export function scriptAfter(script: AgentScript, change: JsonObject): AgentScript {
  const input = memberAt(change, 'conversation_config', 'asr', 'user_input_audio_format');
  const output = memberAt(change, 'conversation_config', 'tts', 'agent_output_audio_format');
  const events = memberAt(change, 'conversation_config', 'conversation', 'client_events');
  return {
    ...script,
    ...(typeof input === 'string' ? { inputFormat: input } : {}),
    ...(typeof output === 'string' ? { outputFormat: output } : {}),
    ...(Array.isArray(events) ? { clientEvents: events.map(String) } : {}),
  };
}
