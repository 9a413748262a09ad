/** The agent socket: frames written down by hand from the vendor's pages, read and written by our codec. */
import { readFileSync } from 'node:fs';
import { WireError } from '../../src/protocol/decoding.js';
import { decodeToAgent } from '../../src/protocol/elevenlabs/conversation.agent-side.codec.js';
import { decodeFromAgent, encodeToAgent } from '../../src/protocol/elevenlabs/conversation.codec.js';
import {
  IGNORED_FROM_AGENT,
  type FromAgent,
  type ToAgent,
} from '../../src/protocol/elevenlabs/conversation.messages.js';

function golden<Message>(name: string): [string, Message][] {
  const text = readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8');
  return Object.entries(JSON.parse(text) as Record<string, Message>);
}
const read = (message: unknown): ReturnType<typeof decodeFromAgent> =>
  decodeFromAgent(JSON.stringify(message));

const FROM = golden<FromAgent>('from-agent');
const ERRORS = golden<{ wire: object; read: object }>('from-agent-errors');
const TO = golden<ToAgent>('to-agent');

describe('messages of an agent', () => {
  it.each(FROM)('reads %s as documented', (_type, message) => {
    expect(read(message)).toEqual(message);
  });

  it.each(FROM)('reads %s with fields that were added later', (type, message) => {
    const grown = { ...message, extra: true, [`${type}_extra`]: {} };
    expect(read(grown)).toEqual(message);
  });

  it.each(ERRORS)('reads an error in the shape %s', (_shape, { wire, read: expected }) => {
    expect(read(wire)).toEqual(expected);
  });

  it('reads an error that says nothing', () => {
    expect(read({ type: 'error' })).toMatchObject({ type: 'error', shape: 'flat' });
    expect(read({ type: 'error', error_event: {} })).toMatchObject({ type: 'error', shape: 'error_event' });
    expect(read({ type: 'client_error', error_event: { code: '1008' } })).toMatchObject({ code: 1008 });
  });

  it.each(IGNORED_FROM_AGENT)('ignores %s by name', (name) => {
    expect(read({ type: name, [`${name}_event`]: {} })).toEqual({ type: 'ignored', name });
  });

  it.each(['', 'audio2', '__proto__', 'constructor', 'toString'])(
    'takes the type "%s" for unknown',
    (type) => {
      expect(read({ type })).toEqual({ type: 'unknown', name: type });
    },
  );

  it('reads numbers that are written as text', () => {
    expect(read({ type: 'audio', audio_event: { audio_base_64: 'AAAA', event_id: '12' } })).toMatchObject({
      audio_event: { event_id: 12 },
    });
    expect(read({ type: 'ping', ping_event: { event_id: '3', ping_ms: '41' } })).toEqual({
      type: 'ping',
      ping_event: { event_id: 3, ping_ms: 41 },
    });
  });

  it('reads the event id 0 as an id', () => {
    expect(read({ type: 'ping', ping_event: { event_id: 0 } })).toEqual({
      type: 'ping',
      ping_event: { event_id: 0, ping_ms: null },
    });
    expect(read({ type: 'audio', audio_event: { audio_base_64: 'AAAA', event_id: 0 } })).toMatchObject({
      audio_event: { event_id: 0, is_final: false },
    });
  });

  it('takes a tool call without expects_response for one that waits', () => {
    const call = { tool_name: 'look_up', tool_call_id: 'tc_1' };
    expect(read({ type: 'client_tool_call', client_tool_call: call })).toMatchObject({
      client_tool_call: { expects_response: true, parameters: {} },
    });
  });

  it('takes a tool response without is_called for one of a tool that was called', () => {
    const response = { tool_name: 'end_call', tool_call_id: 'tc_1' };
    expect(read({ type: 'agent_tool_response', agent_tool_response: response })).toMatchObject({
      agent_tool_response: { is_called: true, is_error: false, is_blocked: false },
    });
    expect(
      read({ type: 'agent_tool_response', agent_tool_response: { ...response, is_called: false } }),
    ).toMatchObject({ agent_tool_response: { is_called: false } });
  });

  it('reads the response with the whole payload like the short one', () => {
    const body = { tool_name: 'end_call', tool_call_id: 'tc_1', full_tool_result: '{}', truncated: false };
    expect(
      read({ type: 'agent_tool_response_full_payload', agent_tool_response_full_payload: body }),
    ).toMatchObject({ type: 'agent_tool_response', agent_tool_response: { tool_name: 'end_call' } });
  });

  it('takes the vendor’s own default for an input format that is not told', () => {
    const event = { conversation_id: 'conv_1', agent_output_audio_format: 'ulaw_8000' };
    expect(
      read({ type: 'conversation_initiation_metadata', conversation_initiation_metadata_event: event }),
    ).toMatchObject({ conversation_initiation_metadata_event: { user_input_audio_format: 'pcm_16000' } });
  });

  it('leaves out an alignment that is not whole', () => {
    const audio_event = { audio_base_64: 'AAAA', event_id: 1, alignment: { chars: ['a'] } };
    expect(read({ type: 'audio', audio_event })).toEqual({
      type: 'audio',
      audio_event: { audio_base_64: 'AAAA', event_id: 1, is_final: false },
    });
  });

  it('reads an interruption without a body, which still silences', () => {
    expect(read({ type: 'interruption' })).toEqual({
      type: 'interruption',
      interruption_event: { event_id: 0 },
    });
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['no type', '{"audio_event":{}}'],
    ['audio without its body', '{"type":"audio"}'],
    ['audio that is no text', '{"type":"audio","audio_event":{"audio_base_64":1,"event_id":1}}'],
    ['audio without an id', '{"type":"audio","audio_event":{"audio_base_64":"AAAA"}}'],
    [
      'audio with an id that is no number',
      '{"type":"audio","audio_event":{"audio_base_64":"AAAA","event_id":"x"}}',
    ],
    ['a ping without an id', '{"type":"ping","ping_event":{}}'],
    ['a ping whose id is a fraction', '{"type":"ping","ping_event":{"event_id":1.5}}'],
    ['metadata without a conversation', '{"type":"conversation_initiation_metadata"}'],
    ['a tool call without an id', '{"type":"client_tool_call","client_tool_call":{"tool_name":"a"}}'],
    ['a queue status without a word', '{"type":"queue_status","queue_status_event":{}}'],
  ])('refuses %s', (_name, text) => {
    expect(() => decodeFromAgent(text)).toThrow(WireError);
  });
});

describe('messages to an agent', () => {
  it.each(TO)('writes %s as documented', (_type, message) => {
    expect(JSON.parse(encodeToAgent(message))).toEqual(message);
  });

  it.each(TO)('reads %s on the agent’s side', (_type, message) => {
    expect(decodeToAgent(JSON.stringify(message))).toEqual(message);
  });
});
