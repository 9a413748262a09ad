import type { AgentScript } from '../../../src/simulators/elevenlabs/agent-script.js';
import { ElevenLabsSimulator } from '../../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import type { SimulatorOptions } from '../../../src/simulators/elevenlabs/simulator-settings.js';
import { silence, turn } from './sounds.js';
import { at, signedUrl, assertNoViolations, WireClient } from './wire-client.js';

const open: ElevenLabsSimulator[] = [];
const SILENT: AgentScript = { firstMessage: '', steps: [{ step: 'listens' }] };

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

function hoarse(): Buffer {
  throw new Error('The voice is hoarse.');
}

async function handshakeStatus(url: string): Promise<number> {
  const error = await WireClient.open(url).then(
    () => new Error('was accepted'),
    (refused: unknown) => refused as Error,
  );
  return Number(/Unexpected server response: (\d+)/.exec(error.message)?.[1] ?? -1);
}

describe('a fault that the script asks for', () => {
  const ERROR = { step: 'errors', code: 1011, name: 'llm_error', message: 'No brain.' } as const;

  it('refuses the handshake', async () => {
    const simulator = await start({ ...SILENT, faults: { handshakeStatus: 503 } });
    expect(await handshakeStatus(await signedUrl(simulator))).toBe(503);
  });

  it('delays the metadata and everything after it', async () => {
    const simulator = await start({ firstMessage: 'Hi.', steps: [], faults: { metadataDelayMs: 80 } });
    const client = await WireClient.call(simulator);
    await client.untilFrame('agent_response');
    expect(client.frames[0]?.['type']).toBe('conversation_initiation_metadata');
    const conversation = await simulator.nextConversation();
    expect((conversation.sentAudio[0]?.atMs ?? 0) - conversation.openedAtMs).toBeGreaterThanOrEqual(79);
  });

  it('never sends the metadata', async () => {
    const simulator = await start(
      { firstMessage: 'Hi.', steps: [], faults: { metadataDelayMs: Infinity } },
      { timing: { receiveTimeoutMs: 100 } },
    );
    const client = await WireClient.call(simulator);
    expect((await client.untilClosed()).code).toBe(1002);
    expect(client.frames.map((frame) => frame['type'])).toEqual(['error']);
  });

  it('lets the client wait in a queue, discards what it says there, and then begins', async () => {
    const simulator = await start({
      firstMessage: 'Hi.',
      steps: [{ step: 'listens' }],
      faults: { queue: { waitMs: 800, outcome: 'admitted' } },
    });
    const client = await WireClient.call(simulator);
    await client.untilFrame('queue_status');
    client.speak(turn(500));
    const conversation = await simulator.nextConversation();
    await client.untilFrame('agent_response');
    expect(
      client.frames.slice(0, 3).map((frame) => at(frame, 'queue_status_event.status') ?? frame['type']),
    ).toEqual(['conversation_initiation_metadata', 'waiting', 'admitted']);
    expect(conversation.discardedMessages).toBe(60);
    expect(conversation.receivedAudio).toEqual([]);
  });

  it('turns the client away when the queue took too long', async () => {
    const simulator = await start({
      firstMessage: 'Hi.',
      steps: [],
      faults: { queue: { waitMs: 20, outcome: 'timed_out' } },
    });
    const client = await WireClient.call(simulator);
    expect((await client.untilClosed()).code).toBe(3008);
    expect(client.of('queue_status').map((frame) => at(frame, 'queue_status_event.status'))).toEqual([
      'waiting',
      'timed_out',
    ]);
    expect(client.of('audio')).toEqual([]);
  });

  it('opens, then finds the quota used up', async () => {
    const simulator = await start({ firstMessage: 'Hi.', steps: [], faults: { quotaAfterMs: 20 } });
    const client = await WireClient.call(simulator);
    expect(await client.untilClosed()).toEqual({
      code: 1002,
      reason: 'This request exceeds your quota limit.',
    });
    expect(client.frames.map((frame) => frame['type'])).toEqual([
      'conversation_initiation_metadata',
      'error',
    ]);
  });

  it('gives up on a client that sends no input, pongs not counting', async () => {
    const simulator = await start(SILENT, { timing: { receiveTimeoutMs: 600, pingIntervalMs: 40 } });
    const client = await WireClient.call(simulator);
    const conversation = await simulator.nextConversation();
    await client.untilFrame('ping', 3);
    client.speak(silence(20));
    await conversation.until('the audio is there', ({ receivedAudio }) => receivedAudio.length === 1);
    const close = await client.untilClosed();
    expect(close.code).toBe(1002);
    expect(at(client.of('error')[0], 'error_event.error_type')).toBe('transport_receive_timeout');
    const end = await conversation.untilClosed();
    expect(end.atMs - (conversation.receivedAudio[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(599);
  });

  it('tells errors in all three shapes without closing', async () => {
    const simulator = await start({
      firstMessage: '',
      steps: [
        { ...ERROR, shape: 'client_error' },
        { ...ERROR, shape: 'error_event' },
        { ...ERROR, shape: 'flat' },
        { step: 'speaks', text: 'Still here.' },
      ],
    });
    const client = await WireClient.call(simulator);
    await client.untilFrame('agent_response');
    expect([...client.of('client_error'), ...client.of('error')]).toEqual([
      { type: 'client_error', error_event: { code: 1011, error_name: 'llm_error', message: 'No brain.' } },
      { type: 'error', error_event: { code: 1011, error_type: 'llm_error', message: 'No brain.' } },
      { type: 'error', message: 'No brain.', code: 1011 },
    ]);
  });

  it('sends raw text, a frame of 1.5 MB included', async () => {
    const audio = { type: 'audio', audio_event: { audio_base_64: 'A'.repeat(1_500_000), event_id: 1 } };
    const simulator = await start({
      firstMessage: '',
      steps: [
        { step: 'sends-raw', text: '{oops' },
        { step: 'sends-raw', text: JSON.stringify(audio) },
      ],
    });
    const client = await WireClient.call(simulator);
    expect(await client.untilFrame('audio')).toEqual(audio);
    expect(client.of('not JSON')).toEqual([{ type: 'not JSON', text: '{oops' }]);
  });

  it('stalls and goes on, or for ever and without pings', async () => {
    const simulator = await start(
      {
        firstMessage: '',
        steps: [{ step: 'stalls', ms: 60 }, { step: 'speaks', text: 'Back.' }, { step: 'stalls-for-ever' }],
      },
      { timing: { pingIntervalMs: 10, receiveTimeoutMs: 400 } },
    );
    const client = await WireClient.call(simulator);
    const conversation = await simulator.nextConversation();
    await client.untilFrame('agent_response');
    expect(client.of('ping').length).toBeGreaterThan(2);
    await conversation.untilFinished();
    await client.untilFrame('agent_response_complete');
    const framesThen = client.frames.length;
    client.speak(turn(1000));
    client.send({ type: 'user_message', text: 'Hello?' });
    await conversation.until('the message came', ({ userMessages }) => userMessages.length === 1);
    // Past the time after which pings and the receive timeout would have come.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(client.frames.slice(framesThen)).toEqual([]);
    expect(client.close).toBeUndefined();
  });

  it('closes with the code and reason of the script, or loses the socket without a word', async () => {
    const closing = await start({
      firstMessage: '',
      steps: [{ step: 'closes', code: 1011, reason: 'Internal.' }],
    });
    expect(await (await WireClient.call(closing)).untilClosed()).toEqual({ code: 1011, reason: 'Internal.' });
    const losing = await start({ firstMessage: '', steps: [{ step: 'loses-socket' }] });
    expect((await (await WireClient.call(losing)).untilClosed()).code).toBe(1006);
    const conversation = await losing.nextConversation();
    expect(await conversation.untilClosed()).toMatchObject({ by: 'agent', code: 1006 });
    conversation.assertFinished();
  });

  it('tells a client that hung up from one that vanished', async () => {
    const simulator = await start(SILENT);
    for (const [by, leave] of [
      ['client', (client: WireClient) => client.socket.close(1000)],
      ['network', (client: WireClient) => client.socket.terminate()],
    ] as const) {
      const client = await WireClient.call(simulator);
      const conversation = await simulator.nextConversation();
      await client.untilFrame('ping');
      leave(client);
      expect((await conversation.untilClosed()).by).toBe(by);
    }
  });

  it('reports its own failure instead of hiding it', async () => {
    const simulator = await start({ firstMessage: 'Hi.', steps: [] }, { speak: hoarse });
    const client = await WireClient.call(simulator);
    expect((await client.untilClosed()).code).toBe(1011);
    const conversation = await simulator.nextConversation();
    expect(() => conversation.assertFinished()).toThrow(/The simulator failed: The voice is hoarse/);
  });
});
