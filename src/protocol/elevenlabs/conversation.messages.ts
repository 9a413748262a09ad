/**
 * The ElevenLabs agent WebSocket, in the vendor's spelling. Sources, read November 2026: the server team's AsyncAPI
 * (2026-06-29), the client team's AsyncAPI (2026-08-22), and for `queue_status` the vendor's own widget.
 * `docs/protocol/elevenlabs-conversation.md` says what becomes of each message.
 */

export interface ConversationMetadata {
  readonly type: 'conversation_initiation_metadata';
  readonly conversation_initiation_metadata_event: {
    readonly conversation_id: string;
    readonly agent_output_audio_format: string;
    readonly user_input_audio_format: string;
  };
}
export interface Alignment {
  readonly chars: readonly string[];
  readonly char_start_times_ms: readonly number[];
  readonly char_durations_ms: readonly number[];
}
export interface AgentAudio {
  readonly type: 'audio';
  readonly audio_event: {
    readonly audio_base_64: string;
    readonly event_id: number;
    readonly alignment?: Alignment;
    readonly is_final?: boolean;
  };
}
export interface AgentInterruption {
  readonly type: 'interruption';
  readonly interruption_event: { readonly event_id: number };
}
export interface AgentPing {
  readonly type: 'ping';
  readonly ping_event: { readonly event_id: number; readonly ping_ms?: number | null };
}
export interface UserTranscript {
  readonly type: 'user_transcript';
  readonly user_transcription_event: { readonly user_transcript: string; readonly event_id: number };
}
export interface AgentResponse {
  readonly type: 'agent_response';
  readonly agent_response_event: { readonly agent_response: string; readonly event_id: number };
}
export interface AgentResponseCorrection {
  readonly type: 'agent_response_correction';
  readonly agent_response_correction_event: {
    readonly original_agent_response: string;
    readonly corrected_agent_response: string;
    readonly event_id: number;
  };
}
export interface AgentResponseComplete {
  readonly type: 'agent_response_complete';
  readonly agent_response_complete_event: { readonly event_id: number };
}
export interface ClientToolCall {
  readonly type: 'client_tool_call';
  readonly client_tool_call: {
    readonly tool_name: string;
    readonly tool_call_id: string;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly event_id: number;
    readonly expects_response: boolean;
  };
}
export interface AgentToolResponse {
  readonly type: 'agent_tool_response';
  readonly agent_tool_response: {
    readonly tool_name: string;
    readonly tool_call_id: string;
    readonly tool_type: string;
    readonly is_error: boolean;
    readonly is_blocked: boolean;
    readonly event_id: number;
    readonly is_called: boolean;
  };
}
export interface VadScore {
  readonly type: 'vad_score';
  readonly vad_score_event: { readonly vad_score: number };
}
export interface QueueStatus {
  readonly type: 'queue_status';
  readonly queue_status_event: { readonly status: string };
}
/** The three shapes of an error on the wire (`client_error`, `error` with an event, flat `error`), read into one. */
export interface AgentError {
  readonly type: 'error';
  readonly shape: 'client_error' | 'error_event' | 'flat';
  readonly code: number | undefined;
  readonly name: string | undefined;
  readonly message: string | undefined;
}

export type FromAgent =
  | ConversationMetadata
  | AgentAudio
  | AgentInterruption
  | AgentPing
  | UserTranscript
  | AgentResponse
  | AgentResponseCorrection
  | AgentResponseComplete
  | ClientToolCall
  | AgentToolResponse
  | VadScore
  | QueueStatus
  | AgentError;

/** Known to the vendor's specifications and of no use to a phone line: ignored by name. */
export const IGNORED_FROM_AGENT = [
  'asr_initiation_metadata',
  'tentative_user_transcript',
  'mcp_tool_call',
  'mcp_connection_status',
  'agent_tool_request',
  'agent_response_metadata',
  'agent_chat_response_part',
  'agent_reasoning_response_part',
  'guardrail_triggered',
  'dtmf_request',
  'context_usage',
  'internal_turn_probability',
  'internal_tentative_agent_response',
  'rich_content',
  'agent_typing',
  'external_agent_connected',
  'external_agent_disconnected',
] as const;

export interface IgnoredFromAgent {
  readonly type: 'ignored';
  readonly name: (typeof IGNORED_FROM_AGENT)[number];
}
/** A type in no specification that was read. Counted and otherwise ignored. */
export interface UnknownFromAgent {
  readonly type: 'unknown';
  readonly name: string;
}

export type DynamicVariable = string | number | boolean | null;

/** Only what was set: the docs ask to leave fields out instead of sending null or empty strings. */
export interface ConversationConfigOverride {
  readonly agent?: {
    readonly first_message?: string;
    readonly language?: string;
    readonly prompt?: { readonly prompt?: string };
  };
  readonly tts?: { readonly voice_id?: string };
}
export interface ConversationInitiation {
  readonly type: 'conversation_initiation_client_data';
  readonly dynamic_variables?: Readonly<Record<string, DynamicVariable>>;
  readonly conversation_config_override?: ConversationConfigOverride;
  readonly user_id?: string;
  readonly source_info?: { readonly source: string; readonly version: string };
}
/** Has no `type`. */
export interface UserAudio {
  readonly user_audio_chunk: string;
}
export interface Pong {
  readonly type: 'pong';
  readonly event_id: number;
}
export interface ClientToolResult {
  readonly type: 'client_tool_result';
  readonly tool_call_id: string;
  /** Always a string; anything else ends the session with "Invalid message received". */
  readonly result: string;
  readonly is_error: boolean;
  readonly error_type?: string;
}
export interface ContextualUpdate {
  readonly type: 'contextual_update';
  readonly text: string;
  readonly context_id?: string;
}
export interface UserMessage {
  readonly type: 'user_message';
  readonly text: string;
}
export interface UserActivity {
  readonly type: 'user_activity';
}

export type ToAgent =
  | ConversationInitiation
  | UserAudio
  | Pong
  | ClientToolResult
  | ContextualUpdate
  | UserMessage
  | UserActivity;
