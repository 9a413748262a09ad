/**
 * Text frames of the ElevenLabs agent socket to typed messages and back, for both ends. Reads leniently (numbers as
 * strings, missing optional fields, three shapes of error), writes strictly as the server team's specification has it.
 */
import {
  booleanOr,
  integerField,
  numberField,
  objectField,
  optionalNumber,
  optionalObject,
  optionalString,
  parseObject,
  stringField,
  type JsonObject,
} from '../decoding.js';
import {
  IGNORED_FROM_AGENT,
  type AgentError,
  type AgentToolResponse,
  type FromAgent,
  type IgnoredFromAgent,
  type ToAgent,
  type UnknownFromAgent,
} from './conversation.messages.js';

type Reader = (message: JsonObject) => FromAgent;

/** Messages that name only an event keep working when the event body is new or absent: 0 stands for "not told". */
function eventId(event: JsonObject): number {
  return optionalNumber(event, 'event_id') ?? 0;
}

function readToolResponse(message: JsonObject, key: string): AgentToolResponse {
  const response = objectField(message, key);
  return {
    type: 'agent_tool_response',
    agent_tool_response: {
      tool_name: stringField(response, 'tool_name'),
      tool_call_id: optionalString(response, 'tool_call_id') ?? '',
      tool_type: optionalString(response, 'tool_type') ?? '',
      is_error: booleanOr(response, 'is_error', false),
      is_blocked: booleanOr(response, 'is_blocked', false),
      event_id: eventId(response),
      // Required in the newest specification, absent from older ones, where a response meant that it was called.
      is_called: booleanOr(response, 'is_called', true),
    },
  };
}

function readError(message: JsonObject): AgentError {
  const event = message['error_event'];
  if (typeof event !== 'object' || event === null) {
    return {
      type: 'error',
      shape: 'flat',
      code: optionalNumber(message, 'code'),
      name: undefined,
      message: optionalString(message, 'message'),
    };
  }
  const body = optionalObject(message, 'error_event');
  const details = [optionalString(body, 'message'), optionalString(body, 'reason')]
    .filter(Boolean)
    .join(': ');
  return {
    type: 'error',
    shape: message['type'] === 'client_error' ? 'client_error' : 'error_event',
    code: optionalNumber(body, 'code'),
    name: optionalString(body, 'error_type') ?? optionalString(body, 'error_name'),
    message: details === '' ? undefined : details,
  };
}

const READERS: Readonly<Record<string, Reader>> = {
  conversation_initiation_metadata: (message) => {
    const event = objectField(message, 'conversation_initiation_metadata_event');
    return {
      type: 'conversation_initiation_metadata',
      conversation_initiation_metadata_event: {
        conversation_id: stringField(event, 'conversation_id'),
        agent_output_audio_format: stringField(event, 'agent_output_audio_format'),
        // The vendor's browser client takes pcm_16000 when the field is absent.
        user_input_audio_format: optionalString(event, 'user_input_audio_format') ?? 'pcm_16000',
      },
    };
  },
  audio: (message) => {
    const event = objectField(message, 'audio_event');
    const alignment = event['alignment'];
    return {
      type: 'audio',
      audio_event: {
        audio_base_64: stringField(event, 'audio_base_64'),
        event_id: numberField(event, 'event_id'),
        is_final: booleanOr(event, 'is_final', false),
        ...(isAlignment(alignment) ? { alignment } : {}),
      },
    };
  },
  interruption: (message) => ({
    type: 'interruption',
    interruption_event: { event_id: eventId(optionalObject(message, 'interruption_event')) },
  }),
  ping: (message) => {
    const event = objectField(message, 'ping_event');
    return {
      type: 'ping',
      ping_event: {
        // Goes back in the pong, where a fraction would end the conversation.
        event_id: integerField(event, 'event_id'),
        ping_ms: optionalNumber(event, 'ping_ms') ?? null,
      },
    };
  },
  user_transcript: (message) => {
    const event = objectField(message, 'user_transcription_event');
    return {
      type: 'user_transcript',
      user_transcription_event: {
        user_transcript: stringField(event, 'user_transcript'),
        event_id: eventId(event),
      },
    };
  },
  agent_response: (message) => {
    const event = objectField(message, 'agent_response_event');
    return {
      type: 'agent_response',
      agent_response_event: {
        agent_response: stringField(event, 'agent_response'),
        event_id: eventId(event),
      },
    };
  },
  agent_response_correction: (message) => {
    const event = objectField(message, 'agent_response_correction_event');
    return {
      type: 'agent_response_correction',
      agent_response_correction_event: {
        original_agent_response: optionalString(event, 'original_agent_response') ?? '',
        corrected_agent_response: stringField(event, 'corrected_agent_response'),
        event_id: eventId(event),
      },
    };
  },
  agent_response_complete: (message) => ({
    type: 'agent_response_complete',
    agent_response_complete_event: {
      event_id: eventId(optionalObject(message, 'agent_response_complete_event')),
    },
  }),
  client_tool_call: (message) => {
    const call = objectField(message, 'client_tool_call');
    return {
      type: 'client_tool_call',
      client_tool_call: {
        tool_name: stringField(call, 'tool_name'),
        tool_call_id: stringField(call, 'tool_call_id'),
        parameters: optionalObject(call, 'parameters'),
        event_id: eventId(call),
        // Absent in the client team's specification; the vendor's Android client takes absence as true.
        expects_response: booleanOr(call, 'expects_response', true),
      },
    };
  },
  agent_tool_response: (message) => readToolResponse(message, 'agent_tool_response'),
  agent_tool_response_full_payload: (message) =>
    readToolResponse(message, 'agent_tool_response_full_payload'),
  vad_score: (message) => ({
    type: 'vad_score',
    vad_score_event: { vad_score: numberField(objectField(message, 'vad_score_event'), 'vad_score') },
  }),
  queue_status: (message) => ({
    type: 'queue_status',
    queue_status_event: { status: stringField(objectField(message, 'queue_status_event'), 'status') },
  }),
  client_error: readError,
  error: readError,
};

const IGNORED: ReadonlySet<string> = new Set(IGNORED_FROM_AGENT);

function isAlignment(
  value: unknown,
): value is NonNullable<Extract<FromAgent, { type: 'audio' }>['audio_event']['alignment']> {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'chars' in value &&
    Array.isArray(value.chars) &&
    'char_start_times_ms' in value &&
    Array.isArray(value.char_start_times_ms) &&
    'char_durations_ms' in value &&
    Array.isArray(value.char_durations_ms)
  );
}

function isIgnored(name: string): name is IgnoredFromAgent['name'] {
  return IGNORED.has(name);
}

/** @throws WireError when the text is not JSON or a known message lacks a field without which it has no meaning. */
export function decodeFromAgent(text: string): FromAgent | IgnoredFromAgent | UnknownFromAgent {
  const message = parseObject(text);
  const type = stringField(message, 'type');
  if (Object.hasOwn(READERS, type)) {
    const read = READERS[type];
    if (read) return read(message);
  }
  return isIgnored(type) ? { type: 'ignored', name: type } : { type: 'unknown', name: type };
}

export function encodeToAgent(message: ToAgent): string {
  return JSON.stringify(message);
}
