/** A conversation with an ElevenLabs agent over its socket: what is sent, what is told, and how it ends. */
import { Base64Bytes } from '../../src/core/audio/base64-audio.js';
import { once } from 'node:events';
import { AGENT_SOCKET_LIMITS } from '../../src/agent/agent-socket-limits.js';
import { ElevenLabsLeg } from '../../src/agent/elevenlabs.leg.js';
import type { AgentEvents } from '../../src/core/bridge/legs.js';
import { ManualClock } from '../support/manual-clock.js';
import { SocketPair } from '../support/socket-pair.js';

type Told = [keyof AgentEvents, ...unknown[]];

function recorder(told: Told[], agentSaid: () => void = () => undefined): AgentEvents {
  const tell =
    (name: keyof AgentEvents) =>
    (...args: unknown[]): void =>
      // Where it lies it may be read during the call only.
      void told.push([name, ...args.map((one) => (one instanceof Base64Bytes ? String(one) : one))]);
  return {
    agentReady: tell('agentReady'),
    agentQueued: tell('agentQueued'),
    agentAudio: tell('agentAudio'),
    interrupted: tell('interrupted'),
    agentSaid: (...args) => {
      tell('agentSaid')(...args);
      agentSaid();
    },
    agentCorrected: tell('agentCorrected'),
    callerSaid: tell('callerSaid'),
    toolCalled: tell('toolCalled'),
    agentEnding: tell('agentEnding'),
    agentGone: tell('agentGone'),
  };
}

const metadata = (input = 'ulaw_8000', output = 'ulaw_8000'): object => ({
  type: 'conversation_initiation_metadata',
  conversation_initiation_metadata_event: {
    conversation_id: 'conv_1',
    agent_output_audio_format: output,
    user_input_audio_format: input,
  },
});
const toolResponse = (fields: object = {}): object => ({
  type: 'agent_tool_response',
  agent_tool_response: {
    tool_name: 'end_call',
    tool_call_id: 'tc_1',
    tool_type: 'system',
    is_error: false,
    ...fields,
  },
});

const queueStatus = (status: string): object => ({ type: 'queue_status', queue_status_event: { status } });

describe.each(['framed', 'ws'] as const)('a conversation with an agent over %s', (transport) => {
  let pair: SocketPair;
  let clock: ManualClock;
  let leg: ElevenLabsLeg;
  let told: Told[];
  let odd: string[];
  let fault: () => void;

  beforeEach(async () => {
    pair = await SocketPair.open(transport);
    clock = new ManualClock();
    told = [];
    odd = [];
    fault = () => undefined;
    leg = new ElevenLabsLeg({
      clock,
      limits: AGENT_SOCKET_LIMITS,
      events: recorder(told, () => fault()),
      odd: (kind) => void odd.push(kind),
    });
  });
  afterEach(async () => {
    leg.close();
    await pair.close();
  });

  it('opens with its variables, whether the line starts before the socket or after it', async () => {
    const opening = { variables: { name: 'John' }, overrides: {} };
    const first = { type: 'conversation_initiation_client_data', dynamic_variables: { name: 'John' } };
    leg.begin(opening);
    leg.attach(pair.texts);
    expect(await pair.until(1)).toEqual([first]);
    const other = await SocketPair.open(transport);
    const late = new ElevenLabsLeg({
      clock,
      limits: AGENT_SOCKET_LIMITS,
      events: recorder([]),
      odd: () => undefined,
    });
    late.attach(other.texts);
    late.begin(opening);
    late.sendAudio('AAAA');
    expect(await other.until(2)).toEqual([first, { user_audio_chunk: 'AAAA' }]);
    late.close();
    await other.close();
  });

  it('tells everything that the vendor says in our words, in order', async () => {
    leg.attach(pair.texts);
    const call = {
      tool_name: 'look_up',
      tool_call_id: 'tc_1',
      parameters: { a: 1 },
      event_id: 3,
      expects_response: false,
    };
    await pair.send(
      metadata(),
      { type: 'audio', audio_event: { audio_base_64: 'AAAA', event_id: 1 } },
      { type: 'agent_response', agent_response_event: { agent_response: 'Hello.', event_id: 1 } },
      { type: 'user_transcript', user_transcription_event: { user_transcript: 'Hi.', event_id: 2 } },
      { type: 'interruption', interruption_event: { event_id: 2 } },
      {
        type: 'agent_response_correction',
        agent_response_correction_event: {
          original_agent_response: 'Hello.',
          corrected_agent_response: 'He',
          event_id: 1,
        },
      },
      { type: 'client_tool_call', client_tool_call: call },
      toolResponse(),
    );
    expect(told).toEqual([
      ['agentReady', 'conv_1'],
      ['agentAudio', 'AAAA', 1],
      ['agentSaid', 'Hello.', 1],
      ['callerSaid', 'Hi.', 2],
      ['interrupted', 2],
      ['agentCorrected', 'He', 1],
      ['toolCalled', { id: 'tc_1', name: 'look_up', input: { a: 1 }, expectsResponse: false }],
      ['agentEnding'],
    ]);
  });

  it('answers every ping at once, the one with id 0 too', async () => {
    leg.attach(pair.texts);
    await pair.send({ type: 'ping', ping_event: { event_id: 0, ping_ms: 900 } });
    expect(await pair.until(1)).toEqual([{ type: 'pong', event_id: 0 }]);
    expect(clock.pending).toBe(1);
  });

  it('sends words and results of tools in the vendor’s form', async () => {
    leg.attach(pair.texts);
    leg.say('The caller pressed 1.');
    leg.answerTool('tc_1', 'seven', false);
    expect(await pair.until(2)).toEqual([
      { type: 'user_message', text: 'The caller pressed 1.' },
      { type: 'client_tool_result', tool_call_id: 'tc_1', result: 'seven', is_error: false },
    ]);
  });

  it.each([
    ['another tool', { tool_name: 'transfer' }],
    ['an attempt that failed', { is_error: true }],
    ['one that was not called', { is_called: false }],
  ])('does not take %s for the end of the call', async (_name, fields) => {
    leg.attach(pair.texts);
    await pair.send(toolResponse(fields));
    expect(told).toEqual([]);
  });

  it.each([
    ['pcm_16000', 'ulaw_8000'],
    ['ulaw_8000', 'pcm_16000'],
  ])(
    'fails by name when the agent hears %s and speaks %s, before anybody hears noise',
    async (input, output) => {
      leg.attach(pair.texts);
      const code = pair.closeCode();
      pair.theirs.send(JSON.stringify(metadata(input, output)));
      pair.theirs.send(
        JSON.stringify({ type: 'audio', audio_event: { audio_base_64: 'AAAA', event_id: 1 } }),
      );
      await code;
      expect(told).toEqual([
        ['agentGone', { code: 'agent-format', detail: expect.stringContaining('pcm_16000') }, 'agent-failed'],
      ]);
    },
  );

  it('tells the queue, and a queue that was too long', async () => {
    leg.attach(pair.texts);
    await pair.send(
      metadata(),
      queueStatus('waiting'),
      queueStatus('admitted'),
      queueStatus('waiting'),
      queueStatus('timed_out'),
    );
    const gone = once(pair.ours, 'close');
    pair.theirs.close(3008, 'bye');
    await gone;
    expect(told.map(([name]) => name)).toEqual([
      'agentReady',
      'agentQueued',
      'agentReady',
      'agentQueued',
      'agentGone',
    ]);
    expect(told.at(-1)?.[1]).toMatchObject({ code: 'agent-busy' });
  });

  it('counts what is odd, ignored or unknown, and goes on', async () => {
    leg.attach(pair.texts);
    pair.theirs.send(Buffer.from([1]), { binary: true });
    await pair.send(
      '{',
      { type: 'audio' },
      { type: 'vad_score', vad_score_event: { vad_score: 1 } },
      { type: 'context_usage' },
      { type: 'brand_new' },
      metadata(),
    );
    expect(odd).toEqual(['binary', 'malformed', 'malformed', 'ignored', 'ignored', 'unknown']);
    expect(told).toEqual([['agentReady', 'conv_1']]);
  });

  it('fails as a mistake of ours when a listener throws, and not by ending the service', async () => {
    leg.attach(pair.texts);
    fault = () => {
      throw new Error('a bug');
    };
    const gone = once(pair.ours, 'close');
    pair.theirs.send(
      JSON.stringify({ type: 'agent_response', agent_response_event: { agent_response: 'x', event_id: 1 } }),
    );
    await gone;
    expect(told.at(-1)).toEqual(['agentGone', expect.objectContaining({ code: 'internal' }), 'agent-failed']);
  });

  it('ends once, with what the vendor said before it closed', async () => {
    leg.attach(pair.texts);
    await pair.send({
      type: 'error',
      error_event: { code: 1008, error_type: 'missing_dynamic_variable', reason: 'name' },
    });
    const gone = once(pair.ours, 'close');
    pair.theirs.close(1008);
    await gone;
    clock.advance(60_000);
    expect(told).toEqual([
      ['agentGone', expect.objectContaining({ code: 'agent-missing-variable' }), 'agent-failed'],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('does not wait for ever for the close that should follow an error', async () => {
    leg.attach(pair.texts);
    await pair.send({ type: 'error', message: 'quota exceeded' });
    expect(told).toEqual([]);
    clock.advance(3000);
    expect(told).toEqual([['agentGone', expect.objectContaining({ code: 'agent-quota' }), 'agent-failed']]);
  });

  it('takes an agent for lost from which nothing comes any more, not even a ping', async () => {
    leg.attach(pair.texts);
    clock.advance(AGENT_SOCKET_LIMITS.silenceMs - 1);
    await pair.send({ type: 'ping', ping_event: { event_id: 1 } });
    clock.advance(1);
    expect(told).toEqual([]);
    clock.advance(AGENT_SOCKET_LIMITS.silenceMs);
    expect(told).toEqual([['agentGone', expect.objectContaining({ code: 'agent-lost' }), 'agent-failed']]);
  });

  it('gives up an agent that does not read, by name', async () => {
    leg.attach(pair.texts);
    pair.theirs.pause();
    const gone = once(pair.ours, 'close');
    for (let sent = 0; sent < 2000 && told.length === 0; sent += 1) {
      leg.sendAudio('AAAA'.repeat(8000));
      if (sent % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await gone;
    expect(told).toEqual([
      ['agentGone', expect.objectContaining({ code: 'stream-overloaded' }), 'agent-failed'],
    ]);
  });

  it('is closed by us with 1000, once, and tells nothing then', async () => {
    leg.attach(pair.texts);
    const code = pair.closeCode();
    leg.close();
    leg.close();
    expect(await code).toBe(1000);
    expect(told).toEqual([]);
  });

  it('is cut when the vendor does not close in turn', async () => {
    leg.attach(pair.texts);
    pair.theirs.pause();
    const gone = once(pair.ours, 'close');
    leg.close();
    clock.advance(2000);
    expect(await gone).toEqual([1006, expect.anything()]);
    expect(told).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('does not open a socket that comes after the end', async () => {
    leg.close();
    const gone = once(pair.theirs, 'close');
    leg.attach(pair.texts);
    await gone;
    expect(pair.received).toEqual([]);
  });
});
