import type { AgentScript } from '../../../src/simulators/elevenlabs/agent-script.js';
import { DEFAULT_CLIENT_EVENTS } from '../../../src/simulators/elevenlabs/agent-script.js';
import { CallerEar } from '../../../src/simulators/elevenlabs/caller-ear.js';
import { ElevenLabsSimulator } from '../../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import type { SimulatedConversation } from '../../../src/simulators/elevenlabs/simulated-conversation.js';
import { noise, silence, turn, voice } from './sounds.js';
import { at, assertNoViolations, WireClient } from './wire-client.js';

const LONG =
  'I will now read to you the whole of the terms and conditions, which takes a good while, so please stop me.';
const RULES = { speechStartMs: 100, endOfTurnMs: 600, bargeInMs: 200 };

let simulator: ElevenLabsSimulator;

async function call(
  script: AgentScript,
): Promise<{ client: WireClient; conversation: SimulatedConversation }> {
  simulator = await ElevenLabsSimulator.start({ script });
  const client = await WireClient.call(simulator);
  return { client, conversation: await simulator.nextConversation() };
}

function heard(audio: Buffer, agentIsSpeaking: () => boolean = () => false): string[] {
  const events: string[] = [];
  const ear = new CallerEar(RULES, {
    agentIsSpeaking,
    speechStarts: () => events.push('starts'),
    bargesIn: () => events.push('barges in'),
    turnEnds: ({ spokenMs, overAgent }) => events.push(`${overAgent ? 'overheard' : 'turn'} ${spokenMs}`),
    score: () => undefined,
  });
  ear.hear(audio);
  return events;
}

describe('the ear', () => {
  it('starts a turn after 100 ms of voice and ends it after 600 ms of quiet', () => {
    expect(heard(Buffer.concat([silence(500), voice(80), silence(1000)]))).toEqual([]);
    expect(heard(Buffer.concat([silence(500), voice(100), silence(580)]))).toEqual(['starts']);
    expect(heard(Buffer.concat([silence(500), voice(100), silence(600)]))).toEqual(['starts', 'turn 100']);
  });

  it('takes words with pauses of less than 600 ms for one turn', () => {
    const words = [voice(300), silence(580), voice(240), silence(400), voice(200), silence(600)];
    expect(heard(Buffer.concat(words))).toEqual(['starts', 'turn 1720']);
  });

  it('interrupts after 200 ms of voice over the agent, and not after less', () => {
    expect(heard(voice(180), () => true)).toEqual(['starts']);
    expect(heard(voice(200), () => true)).toEqual(['starts', 'barges in']);
    expect(heard(Buffer.concat([voice(180), silence(600)]), () => true)).toEqual(['starts', 'overheard 180']);
  });

  it('does not count voice from before the agent spoke as an interruption', () => {
    let frames = 0;
    expect(heard(voice(300), () => ++frames > 10)).toEqual(['starts']);
  });

  it('gets used to line noise and then hears the turn that is spoken over it', () => {
    const [, ...later] = heard(Buffer.concat([noise(6000, 700), voice(500), noise(1000, 700)]));
    expect(later.at(-1)).toBe('turn 500');
  });
});

describe('an agent that is spoken to', () => {
  afterEach(async () => {
    await simulator.stop();
    assertNoViolations();
  });

  it('is interrupted by real audio, stops, corrects its words and takes the turn as its next', async () => {
    const { client, conversation } = await call({
      firstMessage: LONG,
      steps: [
        { step: 'listens', transcript: 'Stop.' },
        { step: 'speaks', text: 'Sorry.' },
      ],
    });
    await client.untilFrame('audio', 3);
    // Waits for playback, which is a matter of time: about a second of the speech is to be heard.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    client.speak(turn(400));
    await conversation.untilFinished();
    const [interruption] = conversation.interruptions;
    const correction = await client.untilFrame('agent_response_correction');
    await client.untilFrame('agent_response_complete');
    const heardText = String(at(correction, 'agent_response_correction_event.corrected_agent_response'));
    expect(at(correction, 'agent_response_correction_event.original_agent_response')).toBe(LONG);
    const playedMs = (interruption?.atMs ?? 0) - (conversation.sentAudio[0]?.atMs ?? 0);
    expect(LONG.startsWith(heardText)).toBe(true);
    const playedCharacters = playedMs / 60;
    expect(heardText.length).toBeLessThanOrEqual(playedCharacters);
    expect(heardText.length).toBeGreaterThan(playedCharacters - 15);
    expect(conversation.turns.map(({ role, interrupted }) => [role, interrupted])).toEqual([
      ['agent', true],
      ['caller', false],
      ['agent', false],
    ]);
    expect(conversation.turns[0]?.heard).toBe(heardText);
    expect(at(client.of('user_transcript')[0], 'user_transcription_event.user_transcript')).toBe(
      '[scripted] Stop.',
    );
    const types = client.frames.map((frame) => frame['type']);
    expect(types.slice(types.indexOf('interruption')).filter((type) => type === 'interruption')).toHaveLength(
      1,
    );
    const interruptionId = Number(at(client.of('interruption')[0], 'interruption_event.event_id'));
    const spokenBefore = client.frames
      .slice(0, types.indexOf('interruption'))
      .filter((frame) => frame['type'] === 'audio');
    for (const frame of spokenBefore) expect(at(frame, 'audio_event.event_id')).toBeLessThan(interruptionId);
    expect(at(client.of('audio').at(-1), 'audio_event.event_id')).toBeGreaterThan(interruptionId);
  });

  it('sends no more of a speech that was cut off while it was being sent', async () => {
    simulator = await ElevenLabsSimulator.start({
      script: { firstMessage: LONG, steps: [{ step: 'listens' }] },
      timing: { burstGapMs: 300 },
    });
    const client = await WireClient.call(simulator);
    const conversation = await simulator.nextConversation();
    await client.untilFrame('audio');
    client.speak(turn(300));
    await conversation.untilFinished();
    await client.untilFrame('user_transcript');
    expect(conversation.sentAudioBytes).toBeLessThan(LONG.length * 60 * 8);
    expect(client.of('agent_response_complete')).toEqual([]);
    const afterInterruption = client.frames.slice(
      client.frames.findIndex((frame) => frame['type'] === 'interruption'),
    );
    expect(afterInterruption.filter((frame) => frame['type'] === 'audio')).toEqual([]);
  });

  it('is not interrupted by silence, by line noise it knows, or by a short sound', async () => {
    const { client, conversation } = await call({ firstMessage: LONG, steps: [{ step: 'listens' }] });
    await client.untilFrame('agent_response_complete');
    client.speak(silence(3000));
    client.speak(Buffer.concat([voice(160), silence(700)]));
    await conversation.until(
      'everything is heard',
      ({ receivedAudioBytes }) => receivedAudioBytes === 3860 * 8,
    );
    expect(conversation.interruptions).toEqual([]);
    expect(conversation.turns).toHaveLength(1);
    expect(conversation.finished).toBe(false);
  });

  it('is not interrupted once everything it sent has been played', async () => {
    const { client, conversation } = await call({ firstMessage: 'Hi.', steps: [{ step: 'listens' }] });
    await client.untilFrame('agent_response_complete');
    await conversation.untilPlayed();
    client.speak(turn(500));
    await conversation.untilFinished();
    expect(conversation.interruptions).toEqual([]);
    expect(conversation.turns[1]?.text).toBe('[speech of 0.5 s]');
  });

  it('cannot be interrupted when its settings leave the interruption event out', async () => {
    const clientEvents = DEFAULT_CLIENT_EVENTS.filter((event) => event !== 'interruption');
    const { client, conversation } = await call({
      firstMessage: LONG,
      steps: [{ step: 'listens' }],
      clientEvents,
    });
    await client.untilFrame('agent_response_complete');
    client.speak(turn(1000));
    await conversation.until(
      'everything is heard',
      ({ receivedAudioBytes }) => receivedAudioBytes === 1700 * 8,
    );
    expect(client.of('interruption')).toEqual([]);
    expect(conversation.turns).toHaveLength(1);
  });

  it('is interrupted by a typed message, with the id of the reply that follows', async () => {
    const { client, conversation } = await call({
      firstMessage: LONG,
      steps: [{ step: 'listens' }, { step: 'speaks', text: 'You pressed {{caller.said}}.' }],
    });
    await client.untilFrame('agent_response_complete');
    client.send({ type: 'user_message', text: '5' });
    await conversation.untilFinished();
    await client.untilFrame('agent_response', 2);
    expect(conversation.interruptions).toMatchObject([{ by: 'message' }]);
    expect(at(client.of('audio').at(-1), 'audio_event.event_id')).toBe(
      at(client.of('interruption')[0], 'interruption_event.event_id'),
    );
  });

  it('keeps a turn that ended while it was busy for the next time it listens', async () => {
    const { client, conversation } = await call({
      firstMessage: '',
      steps: [{ step: 'calls-tool', name: 'look', parameters: {} }, { step: 'listens' }],
    });
    const toolCall = await client.untilFrame('client_tool_call');
    client.speak(turn(700));
    await conversation.until(
      'everything is heard',
      ({ receivedAudioBytes }) => receivedAudioBytes === 1400 * 8,
    );
    expect(conversation.stepIndex).toBe(0);
    client.send({
      type: 'client_tool_result',
      tool_call_id: String(at(toolCall, 'client_tool_call.tool_call_id')),
      result: 'ok',
      is_error: false,
    });
    await conversation.untilFinished();
    expect(conversation.turns.map((said) => said.text)).toEqual(['[speech of 0.7 s]']);
  });

  it('tells how sure it is of a voice when its settings ask for it', async () => {
    const { client } = await call({
      firstMessage: '',
      steps: [{ step: 'listens' }],
      clientEvents: [...DEFAULT_CLIENT_EVENTS, 'vad_score'],
    });
    await client.untilFrame('ping');
    client.speak(Buffer.concat([silence(100), voice(100)]));
    await client.untilFrame('vad_score', 2);
    const [quiet, loud] = client
      .of('vad_score')
      .map((frame) => Number(at(frame, 'vad_score_event.vad_score')));
    expect(quiet).toBe(0);
    expect(loud).toBeGreaterThan(0.9);
  });
});
