/** Hostile messages from the agent's side: every type of the protocol, spoilt, and whatever is no message at all. */
import * as fc from 'fast-check';
import { BesiegedSystem } from './besieged-system.js';
import type { Line } from './line.js';
import { asHostileJson, assail, deep, INPUTS, LIMIT_MS, nastyText, nastyValue, spoilt } from './hostile.js';
import { METADATA } from './stand-in-agent.js';
import { expectUnharmed } from './unharmed.js';
import type { Witness } from './witness.js';

const AT_ONCE = 40;
const MESSAGES: readonly object[] = [
  METADATA,
  {
    type: 'audio',
    audio_event: {
      audio_base_64: 'fn5+fg==',
      event_id: 3,
      alignment: { chars: ['a'], char_start_times_ms: [0], char_durations_ms: [1] },
    },
  },
  { type: 'interruption', interruption_event: { event_id: 3 } },
  { type: 'ping', ping_event: { event_id: 9, ping_ms: 50 } },
  { type: 'user_transcript', user_transcription_event: { user_transcript: 'hello', event_id: 4 } },
  { type: 'agent_response', agent_response_event: { agent_response: 'hello', event_id: 4 } },
  {
    type: 'agent_response_correction',
    agent_response_correction_event: {
      original_agent_response: 'a b',
      corrected_agent_response: 'a',
      event_id: 4,
    },
  },
  { type: 'agent_response_complete', agent_response_complete_event: { event_id: 4 } },
  {
    type: 'client_tool_call',
    client_tool_call: {
      tool_name: 'no_such_tool',
      tool_call_id: 't1',
      parameters: { a: { b: [1] } },
      expects_response: true,
      event_id: 4,
    },
  },
  {
    type: 'agent_tool_response',
    agent_tool_response: {
      tool_name: 'x',
      tool_call_id: 't2',
      tool_type: 'system',
      is_error: false,
      is_called: true,
      event_id: 5,
    },
  },
  {
    type: 'internal_tentative_agent_response',
    tentative_agent_response_internal_event: { tentative_agent_response: 'h' },
  },
  { type: 'vad_score', vad_score_event: { vad_score: 0.5 } },
  { type: 'queue_status', queue_status_event: { status: 'waiting', position: 3 } },
  { type: 'guardrail_triggered', guardrail_event: { name: 'x' } },
  { type: 'mcp_tool_call', mcp_tool_call: { service_id: 'x', tool_call_id: 'y', state: 'loading' } },
];

describe('a conversation under attack', () => {
  let besieged: BesiegedSystem;
  let witness: Witness;
  let line: Line | undefined;
  let pings = 1_000_000;
  beforeAll(async () => {
    besieged = await BesiegedSystem.start();
    witness = await besieged.witness();
  });
  afterAll(() => besieged.stop());

  const message = fc.oneof(
    { weight: 8, arbitrary: asHostileJson(fc.oneof(...MESSAGES.map((one) => spoilt(one)))) },
    { weight: 1, arbitrary: asHostileJson(nastyValue) },
    { weight: 1, arbitrary: nastyText },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        deep(15_000),
        `{"type":"client_tool_call","client_tool_call":{"tool_name":"x","tool_call_id":"d","parameters":${deep(15_000)},"event_id":1}}`,
        `{"type":"agent_response","agent_response_event":{"agent_response":"${'x'.repeat(1_000_000)}","event_id":7}}`,
      ),
    },
  );

  it(
    'is one of two things after any message: answering, or over',
    () =>
      assail(INPUTS.agent, AT_ONCE, message, async (inputs) => {
        if (!line || line.talk.isClosed || line.isOver()) line = await besieged.openLine();
        const { talk } = line;
        for (const input of inputs) talk.says(input);
        pings += 1;
        const id = pings;
        talk.says({ type: 'ping', ping_event: { event_id: id } });
        await talk.until(({ heard }) =>
          heard.some(({ type, event_id: pong }) => type === 'pong' && pong === id),
        );
      }),
    LIMIT_MS,
  );

  it('has harmed nobody', () => expectUnharmed(besieged, witness, besieged.agent.talks.length));
});
