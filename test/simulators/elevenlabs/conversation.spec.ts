import type { AgentScript } from '../../../src/simulators/elevenlabs/agent-script.js';
import { ElevenLabsSimulator } from '../../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import type { SimulatorOptions } from '../../../src/simulators/elevenlabs/simulator-settings.js';
import { toneSpeech } from '../../../src/simulators/elevenlabs/tone-speech.js';
import type { Observation } from '../../../src/simulators/observation.js';
import { silence, turn } from './sounds.js';
import { at, assertNoViolations, WireClient } from './wire-client.js';

const open: ElevenLabsSimulator[] = [];

async function start(
  script: AgentScript,
  options: Partial<SimulatorOptions> = {},
): Promise<ElevenLabsSimulator> {
  const simulator = await ElevenLabsSimulator.start({ script, ...options });
  open.push(simulator);
  return simulator;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.stop()));
  assertNoViolations();
});

describe('a conversation with the simulated agent', () => {
  it('announces itself at once, before the client has said anything', async () => {
    const simulator = await start({ firstMessage: '', steps: [] });
    const client = await WireClient.call(simulator, null);
    const metadata = await client.untilFrame('conversation_initiation_metadata');
    const conversation = await simulator.nextConversation();
    expect(client.frames[0]).toBe(metadata);
    expect(metadata['conversation_initiation_metadata_event']).toEqual({
      conversation_id: conversation.id,
      agent_output_audio_format: 'ulaw_8000',
      user_input_audio_format: 'ulaw_8000',
    });
    expect(conversation.initiation).toBeUndefined();
  });

  it('greets with the variables of the initiation, in exact audio, faster than it plays', async () => {
    const simulator = await start({ firstMessage: 'Hi, {{name}}, what can I do for you today?', steps: [] });
    const startedAtMs = performance.now();
    const client = await WireClient.call(simulator, { dynamic_variables: { name: 'John' } });
    await client.untilFrame('agent_response_complete');
    const tookMs = performance.now() - startedAtMs;
    const text = 'Hi, John, what can I do for you today?';
    expect(client.audio.equals(toneSpeech(text))).toBe(true);
    expect(client.audio.length / 8).toBeGreaterThan(tookMs);
    const chunks = client
      .of('audio')
      .map((frame) => Buffer.from(String(at(frame, 'audio_event.audio_base_64')), 'base64').length / 8);
    expect(chunks).toEqual([250, 500, 1000, 530]);
    expect(client.of('audio').map((frame) => at(frame, 'audio_event.is_final'))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    const ids = [...client.of('audio'), ...client.of('agent_response')].map(
      (frame) => at(frame, 'audio_event.event_id') ?? at(frame, 'agent_response_event.event_id'),
    );
    expect(new Set(ids)).toEqual(new Set([1]));
    expect(at(client.of('agent_response')[0], 'agent_response_event.agent_response')).toBe(text);
    const types = client.frames.map((frame) => frame['type']);
    expect(types.indexOf('agent_response')).toBeLessThan(types.lastIndexOf('audio'));
    const conversation = await simulator.nextConversation();
    expect(conversation.saidBytes.equals(toneSpeech(text))).toBe(true);
  });

  it('starts without an initiation once its patience is over', async () => {
    const simulator = await start(
      { firstMessage: 'Hello.', steps: [] },
      { timing: { initiationGraceMs: 30 } },
    );
    const client = await WireClient.call(simulator, null);
    await client.untilFrame('agent_response');
    expect((await simulator.nextConversation()).initiation).toBeUndefined();
  });

  it('takes an initiation that waited unread while the process stood still past its patience', async () => {
    const simulator = await start(
      { firstMessage: 'Hello.', steps: [] },
      { timing: { initiationGraceMs: 800 } },
    );
    const client = await WireClient.call(simulator, null);
    const stillUntil = performance.now() + 900;
    while (performance.now() < stillUntil);
    client.send({ type: 'conversation_initiation_client_data', user_id: 'crm-1' });
    await client.untilFrame('audio');
    expect((await simulator.nextConversation()).initiation?.user_id).toBe('crm-1');
  });

  it('says nothing before the initiation has come', async () => {
    const simulator = await start(
      { firstMessage: 'Hello.', steps: [] },
      { timing: { initiationGraceMs: 60_000 } },
    );
    const client = await WireClient.call(simulator, null);
    await client.untilFrame('ping');
    expect(client.of('audio')).toEqual([]);
    client.send({ type: 'conversation_initiation_client_data', user_id: 'crm-1' });
    await client.untilFrame('audio');
    expect((await simulator.nextConversation()).initiation?.user_id).toBe('crm-1');
  });

  it('plays a whole script: turns, a tool and the end of the call', async () => {
    const seen: Observation[] = [];
    const simulator = await start(
      {
        firstMessage: 'Hi.',
        steps: [
          { step: 'listens', transcript: 'Where is order seven?' },
          {
            step: 'calls-tool',
            name: 'find_order',
            parameters: { number: '7', who: '{{name}}' },
            save: 'order',
          },
          { step: 'speaks', text: 'It is {{order.state}}, {{name}}.' },
          { step: 'listens' },
          { step: 'speaks', text: 'You made {{caller.said}}. {{tool.result}}' },
          { step: 'ends-call' },
        ],
        clientEvents: [
          'conversation_initiation_metadata',
          'audio',
          'agent_response',
          'user_transcript',
          'client_tool_call',
          'agent_tool_request',
          'agent_tool_response',
        ],
      },
      { observe: (observation) => seen.push(observation) },
    );
    const client = await WireClient.call(simulator, { dynamic_variables: { name: 'Ann' } });
    const conversation = await simulator.nextConversation();
    await conversation.untilStep(0);
    await conversation.untilPlayed();
    client.speak(turn(900));
    const call = await client.untilFrame('client_tool_call');
    expect(at(call, 'client_tool_call.parameters')).toEqual({ number: '7', who: 'Ann' });
    expect(at(client.of('agent_tool_request')[0], 'agent_tool_request.tool_call_id')).toBe(
      at(call, 'client_tool_call.tool_call_id'),
    );
    client.send({
      type: 'client_tool_result',
      tool_call_id: String(at(call, 'client_tool_call.tool_call_id')),
      result: '{"state":"sent"}',
      is_error: false,
    });
    await conversation.untilStep(3);
    await conversation.untilPlayed();
    client.speak(turn(1800));
    expect(await client.untilClosed()).toEqual({ code: 1000, reason: 'end_call' });
    expect(
      client.of('agent_response').map((frame) => at(frame, 'agent_response_event.agent_response')),
    ).toEqual(['Hi.', 'It is sent, Ann.', 'You made [speech of 1.8 s]. {"state":"sent"}']);
    expect(
      client.of('user_transcript').map((frame) => at(frame, 'user_transcription_event.user_transcript')),
    ).toEqual(['[scripted] Where is order seven?', '[speech of 1.8 s]']);
    expect(
      client.of('agent_tool_response').map((frame) => at(frame, 'agent_tool_response.tool_name')),
    ).toEqual(['find_order', 'end_call']);
    conversation.assertFinished();
    expect(await conversation.untilClosed()).toMatchObject({ by: 'agent', code: 1000 });
    const whats = seen.map((observation) => observation.what);
    for (const what of [
      'signed-url',
      'open',
      'initiation',
      'agent-speaks',
      'agent-done',
      'caller-speech-starts',
      'caller-turn',
      'tool-call',
      'tool-result',
      'end-call',
      'closed',
    ]) {
      expect(whats).toContain(what);
    }
    expect(
      seen
        .filter((observation) => observation.what === 'caller-turn')
        .map(({ detail }) => [detail['scripted'], detail['ms']]),
    ).toEqual([
      [true, 900],
      [false, 1800],
    ]);
  });

  it('takes a typed message as the turn it waits for, and records whispers without answering them', async () => {
    const simulator = await start({
      firstMessage: '',
      steps: [
        { step: 'listens', transcript: 'not this' },
        { step: 'speaks', text: 'Got {{caller.said}}.' },
      ],
    });
    const client = await WireClient.call(simulator);
    client.send({ type: 'contextual_update', text: 'He looks at the price.', context_id: 'c1' });
    client.send({ type: 'user_activity' });
    client.send({ type: 'user_message', text: '12#' });
    await client.untilFrame('agent_response');
    const conversation = await simulator.nextConversation();
    expect(at(client.of('user_transcript')[0], 'user_transcription_event.user_transcript')).toBe('12#');
    expect(at(client.of('agent_response')[0], 'agent_response_event.agent_response')).toBe('Got 12#.');
    expect(conversation.contextualUpdates).toMatchObject([
      { text: 'He looks at the price.', context_id: 'c1' },
    ]);
    expect(conversation.userMessages).toMatchObject([{ text: '12#' }]);
  });

  it('pings from number 0 on and measures the answers', async () => {
    const simulator = await start(
      { firstMessage: '', steps: [{ step: 'pings', eventId: 77 }] },
      { timing: { pingIntervalMs: 20 } },
    );
    const client = await WireClient.call(simulator);
    const conversation = await simulator.nextConversation();
    await conversation.until('four pongs', ({ pongs }) => pongs.length >= 4);
    expect(at(client.of('ping')[0], 'ping_event.event_id')).toBe(0);
    expect(conversation.pongs.map((pong) => pong.eventId)).toEqual(expect.arrayContaining([0, 1, 77]));
    for (const pong of conversation.pongs) expect(pong.roundTripMs).toBeGreaterThan(0);
    expect(typeof at(client.of('ping').at(-1), 'ping_event.ping_ms')).toBe('number');
  });

  it('does not wait for a tool that answers nothing, and gives up on one that should', async () => {
    const simulator = await start(
      {
        firstMessage: '',
        steps: [
          { step: 'calls-tool', name: 'note', parameters: {}, expectsResponse: false },
          { step: 'calls-tool', name: 'slow', parameters: {}, save: 'answer' },
          { step: 'ends-call' },
        ],
      },
      { timing: { toolTimeoutMs: 40 } },
    );
    const client = await WireClient.call(simulator);
    await client.untilClosed();
    const conversation = await simulator.nextConversation();
    expect(conversation.toolCalls.map(({ name, timedOut }) => [name, timedOut])).toEqual([
      ['note', false],
      ['slow', true],
    ]);
    expect(
      client
        .of('agent_tool_response')
        .map((frame) => [
          at(frame, 'agent_tool_response.tool_name'),
          at(frame, 'agent_tool_response.is_error'),
        ]),
    ).toEqual([
      ['slow', true],
      ['end_call', false],
    ]);
  });

  it('applies the overrides that it allows', async () => {
    const voices: (string | undefined)[] = [];
    const speak = (text: string, voice?: string): Buffer => {
      voices.push(voice);
      return toneSpeech(text);
    };
    const simulator = await start({ firstMessage: 'Hello.', steps: [] }, { speak });
    const client = await WireClient.call(simulator, {
      conversation_config_override: {
        agent: { first_message: 'Guten Tag, {{name}}.', language: 'de', prompt: { prompt: 'Be brief.' } },
        tts: { voice_id: 'voice_9' },
        asr: { keywords: ['Cordboard'] },
      },
      dynamic_variables: { name: 'Eva' },
    });
    const said = await client.untilFrame('agent_response');
    expect(at(said, 'agent_response_event.agent_response')).toBe('Guten Tag, Eva.');
    expect(voices).toEqual(['voice_9']);
    expect((await simulator.nextConversation()).settings).toEqual({
      firstMessage: 'Guten Tag, {{name}}.',
      language: 'de',
      prompt: 'Be brief.',
      voiceId: 'voice_9',
    });
  });

  it('times characters over the audio when it is told to', async () => {
    const simulator = await start({ firstMessage: 'abcdefghij', steps: [] }, { alignment: true });
    const client = await WireClient.call(simulator);
    await client.untilFrame('agent_response_complete');
    const [first, second] = client.of('audio');
    expect(at(first, 'audio_event.alignment.chars')).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(at(first, 'audio_event.alignment.char_start_times_ms')).toEqual([0, 60, 120, 180, 240]);
    expect(at(second, 'audio_event.alignment.chars')).toEqual(['f', 'g', 'h', 'i', 'j']);
    expect(at(second, 'audio_event.alignment.char_durations_ms')).toEqual([60, 60, 60, 60, 60]);
  });

  it('keeps every byte of the caller in order, or only counts them when told not to keep audio', async () => {
    for (const keepAudio of [true, false]) {
      const simulator = await start({ firstMessage: '', steps: [] }, { keepAudio });
      const client = await WireClient.call(simulator);
      const audio = Buffer.from(Uint8Array.from({ length: 1600 }, (_, i) => (i * 7) % 256));
      client.speak(audio);
      const conversation = await simulator.nextConversation();
      await conversation.until('all audio is there', ({ receivedAudioBytes }) => receivedAudioBytes === 1600);
      expect(conversation.receivedAudio.length).toBe(keepAudio ? 10 : 0);
      expect(conversation.heardBytes.equals(keepAudio ? audio : Buffer.alloc(0))).toBe(true);
    }
  });

  it('says which step was waited for, what came instead and what was left', async () => {
    const simulator = await start({
      firstMessage: '',
      steps: [{ step: 'listens' }, { step: 'speaks', text: 'Never.' }],
    });
    const client = await WireClient.call(simulator);
    const conversation = await simulator.nextConversation();
    await conversation.untilStep(0);
    client.speak(silence(100));
    client.send({ type: 'user_activity' });
    await conversation.until('the activity came', () => conversation.receivedAudio.length === 5);
    client.socket.close(1000, 'bye');
    await conversation.untilClosed();
    expect(() => conversation.assertFinished()).toThrow(
      /Step 0 was waited for: listens\. Since then came: .*audio.*\. Left: speaks "Never\."\. Closed by the client with 1000 bye\./,
    );
    await expect(conversation.until('pigs fly', () => false, 20)).rejects.toThrow(
      /Waited 20 ms until pigs fly\. Conversation conv_/,
    );
  });

  it('frees its port and drops its conversations when it stops, as often as it is told to', async () => {
    const simulator = await start({ firstMessage: '', steps: [{ step: 'stalls', ms: 60_000 }] });
    const client = await WireClient.call(simulator);
    await client.untilFrame('ping');
    await Promise.all([simulator.stop(), simulator.stop()]);
    expect((await client.untilClosed()).code).toBe(1006);
    await expect(fetch(`${simulator.url}/v1/convai/agents/x`)).rejects.toThrow('fetch failed');
    await expect(simulator.nextConversation()).resolves.toMatchObject({ agentId: 'agent_one' });
    await expect(simulator.nextConversation(20)).rejects.toThrow(
      /Waited 20 ms for conversation 2; 1 were opened/,
    );
  });
});
