/** The operator's hand on a live call: whispering, keys, muting, listening in, taking over and giving back. */
import { WebSocket } from 'ws';
import { frequenciesOf } from '../../src/core/audio/keypad-tones.js';
import type { SimulatedCall } from '../../src/simulators/twilio/simulated-call.js';
import { API_KEY, WholeSystem, eventually, type CallJson } from '../support/whole-system.js';

const AUTHORIZATION = { authorization: `Bearer ${API_KEY}` };

/** So many milliseconds of one key as an operator's telephone would send it: 16 bits, one channel, 8000 Hz. */
function samplesOf(key: string, ms: number): Buffer {
  const [low, high] = frequenciesOf(key) ?? [0, 0];
  const samples = Int16Array.from({ length: ms * 8 }, (_, at) =>
    Math.round(
      8000 * (Math.sin((2 * Math.PI * low * at) / 8000) + Math.sin((2 * Math.PI * high * at) / 8000)),
    ),
  );
  return Buffer.from(samples.buffer);
}

/** Whether a channel of stereo samples has anything but silence. */
function isHeard(pairs: Buffer, channel: 0 | 1): boolean {
  for (let at = channel * 2; at + 1 < pairs.length; at += 4)
    if (Math.abs(pairs.readInt16LE(at)) > 500) return true;
  return false;
}

describe("the operator's hand on a live call", () => {
  let system: WholeSystem;
  beforeAll(async () => {
    system = await WholeSystem.start({
      caller: {
        answer: { kind: 'answers', afterMs: 10 },
        steps: [{ step: 'hears-agent-out' }, { step: 'says', noiseMs: 60_000 }],
      },
      agent: {
        firstMessage: 'Hello there, this is the card shop.',
        steps: [{ step: 'listens' }, { step: 'speaks', text: 'You sent seven.' }, { step: 'listens' }],
        clientEvents: [
          'conversation_initiation_metadata',
          'ping',
          'audio',
          'agent_response',
          'user_transcript',
        ],
      },
      variables: { MAX_LISTENERS: '2' },
    });
  });
  afterAll(() => system.stop());

  async function talking(): Promise<{ id: string; line: SimulatedCall; hangUp: () => Promise<void> }> {
    const { record, line } = await system.place();
    const hangUp = async (): Promise<void> => {
      await system.request('POST', `/calls/${record.id}/hangup`);
      await line.settled();
    };
    return { id: record.id, line, hangUp };
  }
  const post = (id: string, what: string, body: object) =>
    system.request<CallJson & { code?: string }>('POST', `/calls/${id}/${what}`, body);
  const eventsOf = async (id: string): Promise<{ type: string; details: Record<string, unknown> }[]> =>
    (
      await system.request<{ data: { type: string; details: Record<string, unknown> }[] }>(
        'GET',
        `/calls/${id}/events?limit=200`,
      )
    ).body.data;
  const listenTo = (id: string, headers: Record<string, string> = AUTHORIZATION): WebSocket =>
    new WebSocket(`${system.url.replace('http', 'ws')}/calls/${id}/audio`, { headers });

  it('whispers to the agent, as context and as a turn that it answers', async () => {
    const { id, line, hangUp } = await talking();
    const conversation = await system.elevenlabs.nextConversation();
    await line.observed('agent-audio-ends');
    expect((await post(id, 'message', { text: 'A premium customer.', role: 'context' })).status).toBe(202);
    expect((await post(id, 'message', { text: 'Seven.', role: 'user' })).status).toBe(202);
    await conversation.until('the agent was told both', () => conversation.userMessages.length > 0);
    expect(conversation.contextualUpdates.map(({ text }) => text)).toEqual(['A premium customer.']);
    expect(conversation.userMessages.map(({ text }) => text)).toEqual(['Seven.']);
    const told = (await eventsOf(id)).filter(({ type }) => type === 'agent.told');
    expect(told.map(({ details }) => details)).toEqual([
      { text: 'A premium customer.', role: 'context', by: expect.stringMatching(/^key_/) },
      { text: 'Seven.', role: 'user', by: expect.stringMatching(/^key_/) },
    ]);
    await hangUp();
    expect(await post(id, 'message', { text: 'x', role: 'user' })).toMatchObject({
      status: 409,
      body: { code: 'call-ended' },
    });
  });

  it('presses keys that the far end hears as tones', async () => {
    const { id, line, hangUp } = await talking();
    await system.elevenlabs.nextConversation();
    await line.observed('agent-audio-ends');
    expect((await post(id, 'dtmf', { digits: '1w23#' })).status).toBe(202);
    await eventually(
      () => Promise.resolve(line.heardKeys),
      (keys) => keys === '123#',
    );
    expect(await post(id, 'dtmf', { digits: '12x' })).toMatchObject({
      status: 400,
      body: { code: 'bad-input' },
    });
    await hangUp();
    expect((await eventsOf(id)).find(({ type }) => type === 'keys.played')?.details).toMatchObject({
      digits: '1w23#',
    });
  });

  it('mutes the agent, of whose words nothing is heard then', async () => {
    const { id, line, hangUp } = await talking();
    await system.elevenlabs.nextConversation();
    await line.observed('agent-audio-ends');
    expect((await post(id, 'mute', { muted: true })).status).toBe(202);
    const before = line.received.length;
    await post(id, 'message', { text: 'Seven.', role: 'user' });
    await eventually(
      () => eventsOf(id),
      (events) => events.filter(({ type }) => type === 'turn.agent').length === 2,
    );
    expect(line.received).toHaveLength(before);
    await hangUp();
    const { body } = await system.request<{ data: { role: string; text: string; heard: string }[] }>(
      'GET',
      `/calls/${id}/transcript`,
    );
    const said = body.data.filter(({ role }) => role === 'agent');
    expect(said.map(({ heard }) => heard)).toEqual(['Hello there, this is the card shop.', '']);
  });

  it('listens in over HTTP and over a WebSocket, and no more listen than may', async () => {
    const { id, hangUp } = await talking();
    await system.elevenlabs.nextConversation();
    const socket = listenTo(id);
    const pieces: Buffer[] = [];
    const texts: string[] = [];
    socket.on('message', (frame: Buffer, isBinary) =>
      isBinary ? pieces.push(frame) : texts.push(frame.toString('utf8')),
    );
    await new Promise((resolve) => socket.once('open', resolve));
    const response = await fetch(`${system.url}/calls/${id}/audio`, { headers: AUTHORIZATION });
    expect(response.headers.get('content-type')).toBe('audio/wav');
    expect(await system.request('GET', `/calls/${id}/audio`)).toMatchObject({
      status: 503,
      body: { code: 'too-many-listeners' },
    });
    const closed = new Promise<[number, string]>((resolve) =>
      socket.once('close', (code, reason) => resolve([code, reason.toString('utf8')])),
    );
    await eventually(
      () => Promise.resolve(Buffer.concat(pieces)),
      (pairs) => isHeard(pairs, 0),
    );
    await hangUp();
    expect(await closed).toEqual([1000, 'call-over']);
    expect(JSON.parse(texts[0] ?? '{}')).toMatchObject({ encoding: 'pcm_s16le', sampleRateHz: 8000 });
    const wav = Buffer.from(await response.arrayBuffer());
    expect(wav.subarray(0, 4).toString('latin1')).toBe('RIFF');
    expect(isHeard(wav.subarray(44), 0)).toBe(true);
    expect(await system.request('GET', `/calls/${id}/audio`)).toMatchObject({ body: { code: 'call-ended' } });
    const types = (await eventsOf(id)).map(({ type }) => type);
    expect(types.filter((type) => type.startsWith('operator.'))).toHaveLength(4);
  });

  it.each([
    ['no key', {}, 401],
    ['another key', { authorization: 'Bearer wrong' }, 401],
  ])('lets nobody listen with %s', async (_what, headers, status) => {
    const { id, hangUp } = await talking();
    await system.elevenlabs.nextConversation();
    const refused = await new Promise<number>((resolve) => {
      listenTo(id, headers)
        .on('error', () => undefined)
        .on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    });
    expect(refused).toBe(status);
    await hangUp();
  });

  it('lets an operator speak in the place of the agent, and gives the caller back when the operator is gone', async () => {
    const { id, line, hangUp } = await talking();
    const conversation = await system.elevenlabs.nextConversation();
    await line.observed('agent-audio-ends');
    expect(await post(id, 'takeover', {})).toMatchObject({
      status: 409,
      body: { code: 'no-operator-audio' },
    });
    const socket = listenTo(id);
    await new Promise((resolve) => socket.once('open', resolve));
    // Without a body, as nothing has to be said.
    const takeover = await fetch(`${system.url}/calls/${id}/takeover`, {
      method: 'POST',
      headers: AUTHORIZATION,
    });
    expect(takeover.status).toBe(202);
    socket.send(samplesOf('7', 300));
    await eventually(
      () => Promise.resolve(line.heardKeys),
      (keys) => keys === '7',
    );
    socket.close();
    await conversation.until('it has the caller back', () => conversation.contextualUpdates.length > 1);
    expect(conversation.contextualUpdates.map(({ text }) => text)).toEqual([
      expect.stringContaining('taken over'),
      expect.stringContaining('given back'),
    ]);
    expect(await system.request('DELETE', `/calls/${id}/takeover`)).toMatchObject({
      status: 409,
      body: { code: 'call-not-taken-over' },
    });
    await hangUp();
    const types = (await eventsOf(id)).map(({ type }) => type);
    expect(types.filter((type) => type.startsWith('operator.'))).toEqual([
      'operator.listens',
      'operator.took-over',
      expect.any(String),
      expect.any(String),
    ]);
  });
});
