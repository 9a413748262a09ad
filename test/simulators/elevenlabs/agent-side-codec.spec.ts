import { decodeFromAgent, encodeToAgent } from '../../../src/protocol/elevenlabs/conversation.codec.js';
import {
  decodeToAgent,
  encodeFromAgent,
} from '../../../src/protocol/elevenlabs/conversation.agent-side.codec.js';
import type { FromAgent, ToAgent } from '../../../src/protocol/elevenlabs/conversation.messages.js';

describe('the codec of the agent side', () => {
  const sent: readonly ToAgent[] = [
    { type: 'conversation_initiation_client_data' },
    {
      type: 'conversation_initiation_client_data',
      dynamic_variables: { name: 'John', count: 0, yes: false, none: null },
      conversation_config_override: { agent: { first_message: 'Hi' } },
      user_id: 'u',
      source_info: { source: 'node_js_sdk', version: '1' },
    },
    { user_audio_chunk: 'fn5+fg==' },
    { user_audio_chunk: '' },
    { type: 'pong', event_id: 0 },
    { type: 'client_tool_result', tool_call_id: 't', result: '', is_error: false },
    {
      type: 'client_tool_result',
      tool_call_id: 't',
      result: 'x',
      is_error: true,
      error_type: 'client_timeout',
    },
    { type: 'contextual_update', text: 'x', context_id: 'c' },
    { type: 'user_message', text: '1#' },
    { type: 'user_activity' },
  ];
  it.each(sent.map((message) => [JSON.stringify(message), message]))(
    'reads %s as it was sent',
    (_, message) => {
      expect(decodeToAgent(encodeToAgent(message))).toEqual(message);
    },
  );

  it('takes null for a field that is not set, and leaves out what it does not know', () => {
    const frame =
      '{"type":"conversation_initiation_client_data","user_id":null,"dynamic_variables":null,"tool_mock_config":{}}';
    expect(decodeToAgent(frame)).toEqual({ type: 'conversation_initiation_client_data' });
  });

  it('takes a given kind of error for an error', () => {
    const frame =
      '{"type":"client_tool_result","tool_call_id":"t","result":"x","is_error":false,"error_type":"unknown"}';
    expect(decodeToAgent(frame)).toMatchObject({ is_error: true });
  });

  it.each([
    [
      '{"type":"client_tool_result","tool_call_id":"t","result":"x","is_error":false,"error_type":"mood"}',
      /error_type/,
    ],
    [
      '{"type":"conversation_initiation_client_data","conversation_config_override":"x"}',
      /conversation_config_override: expected an object/,
    ],
    [
      `{"type":"conversation_initiation_client_data","source_info":{"version":"${'1'.repeat(51)}"}}`,
      /longer than 50/,
    ],
    ['{"type":"contextual_update"}', /text: expected a string/],
    ['{"type":"pong","event_id":1.5}', /event_id: expected an integer/],
    ['{"type":"feedback","event_id":1,"score":"great"}', /score: expected/],
    [
      '{"type":"mcp_tool_approval_result","tool_call_id":"t","is_approved":"yes"}',
      /is_approved: expected a boolean/,
    ],
    ['{"type":"toString"}', /toString is not a message/],
    ['{"user_audio_chunk":"abc"}', /not base64/],
  ])('refuses %s', (frame, because) => {
    expect(() => decodeToAgent(frame)).toThrow(because);
  });

  const errors: readonly FromAgent[] = (['client_error', 'error_event', 'flat'] as const).map((shape) => ({
    type: 'error',
    shape,
    code: 1002,
    name: shape === 'flat' ? undefined : 'llm_error',
    message: 'x',
  }));
  const answers: readonly FromAgent[] = [
    ...errors,
    { type: 'ping', ping_event: { event_id: 0, ping_ms: 12 } },
    { type: 'audio', audio_event: { audio_base_64: '//8=', event_id: 3, is_final: true } },
    { type: 'interruption', interruption_event: { event_id: 4 } },
  ];
  it.each(answers.map((message) => [JSON.stringify(message), message]))(
    'writes %s so that a client reads the same',
    (_, message) => {
      expect(decodeFromAgent(encodeFromAgent(message))).toEqual(message);
    },
  );
});
