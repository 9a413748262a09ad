import { deliver } from '../../src/agent/elevenlabs.inbox.js';
import { initiationOf } from '../../src/agent/initiation.js';
import { decodeFromAgent } from '../../src/protocol/elevenlabs/conversation.codec.js';
import type { FromAgent } from '../../src/protocol/elevenlabs/conversation.messages.js';
import type { AgentOverrides } from '../../src/core/call/call.js';

/** Calls a message leads to, by name. */
function told(text: string): string[] {
  const calls: string[] = [];
  const recorder = new Proxy({}, { get: (_target, name) => () => void calls.push(String(name)) });
  deliver(decodeFromAgent(text) as FromAgent, recorder as never, recorder as never);
  return calls;
}

const endCall = (fields: object): string =>
  JSON.stringify({
    type: 'agent_tool_response',
    agent_tool_response: {
      tool_name: 'end_call',
      tool_call_id: 't',
      is_error: false,
      is_blocked: false,
      is_called: true,
      ...fields,
    },
  });
const audio = (payload: string): string =>
  JSON.stringify({ type: 'audio', audio_event: { audio_base_64: payload, event_id: 1 } });

describe('a message of an agent', () => {
  it('ends the call by end_call only when that was really carried out', () => {
    expect(told(endCall({}))).toEqual(['agentEnding']);
    for (const fields of [
      { is_error: true },
      { is_blocked: true },
      { is_called: false },
      { tool_name: 'skip_turn' },
    ]) {
      expect(told(endCall(fields))).toEqual([]);
    }
  });

  it('is audio only when it is whole base64', () => {
    expect(told(audio('//7+/v8='))).toEqual(['agentAudio']);
    for (const payload of ['abc', 'ab"d', 'ab d', '=abc']) expect(told(audio(payload))).toEqual(['odd']);
  });
});

describe('the opening message', () => {
  it('leaves out overrides that were sent as null', () => {
    const overrides = { prompt: null, firstMessage: 'Hi', voiceId: null } as unknown as AgentOverrides;
    expect(initiationOf({}, overrides)).toEqual({
      type: 'conversation_initiation_client_data',
      conversation_config_override: { agent: { first_message: 'Hi' } },
    });
  });
});
