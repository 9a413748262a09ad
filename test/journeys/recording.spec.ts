/** The recording of a call, made here or by Twilio: what was heard, where it was heard, offered and deleted the same way. */
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { decodeMulaw } from '../../src/core/audio/mulaw.js';
import type { AgentScript } from '../../src/simulators/elevenlabs/agent-script.js';
import type { CallerScript } from '../../src/simulators/twilio/caller-script.js';
import { readWav } from '../../src/simulators/sound/wav.js';
import { API_KEY, WholeSystem, eventually, isOver, type CallJson } from '../support/whole-system.js';

const LONG =
  'This sentence is much longer than anybody wants to hear on the phone, and it goes on and on and on.';
const CUTS_IN: { caller: CallerScript; agent: AgentScript } = {
  caller: {
    answer: { kind: 'answers', afterMs: 20 },
    steps: [
      { step: 'hears-agent-for', ms: 700 },
      { step: 'says', noiseMs: 700 },
      { step: 'hears-agent-out' },
      { step: 'hangs-up' },
    ],
  },
  agent: {
    firstMessage: LONG,
    steps: [
      { step: 'listens', transcript: 'stop' },
      { step: 'speaks', text: 'As you wish.' },
    ],
  },
};
const SLOT = 80;
const SLOT_MS = 10;
const FRAME_MS = 20;
/** Longer than the pauses between words, shorter than those between turns. */
const PAUSE_MS = 250;

/** Loudness in slots of 10 ms. */
function envelope(samples: Int16Array): number[] {
  return Array.from({ length: Math.floor(samples.length / SLOT) }, (_, slot) =>
    samples.subarray(slot * SLOT, (slot + 1) * SLOT).reduce((sum, sample) => sum + Math.abs(sample), 0),
  );
}

/** By how many ms the second has to be moved so that it sounds like the first. */
function lagMs(first: readonly number[], second: readonly number[]): number {
  const MOST = 50;
  const alike = (lag: number): number =>
    first.reduce((sum, loud, slot) => sum + loud * (second[slot - lag] ?? 0), 0);
  const lags = Array.from({ length: 2 * MOST + 1 }, (_, at) => at - MOST);
  return SLOT_MS * lags.reduce((best, lag) => (alike(lag) > alike(best) ? lag : best), 0);
}

/** When it becomes loud and when silent, pauses within speech passed over. */
function edgesMs(samples: Int16Array): number[] {
  const loud = envelope(samples).flatMap((sum, slot) => (sum > SLOT * 300 ? [slot * SLOT_MS] : []));
  const isEdge = (at: number, next: number | undefined): boolean =>
    next === undefined || next - at > PAUSE_MS;
  return loud.flatMap((at, place) => [
    ...(place === 0 || isEdge(loud[place - 1] ?? 0, at) ? [at] : []),
    ...(isEdge(at, loud[place + 1]) ? [at + SLOT_MS] : []),
  ]);
}

/** The moment by which both recordings are laid side by side: when the caller begins to speak. */
function beginsMs(caller: Int16Array): number {
  return edgesMs(caller)[0] ?? NaN;
}

describe('a recording made from the media', () => {
  let system: WholeSystem;
  let record: CallJson;
  let wav: Buffer;
  const listen = (headers: Readonly<Record<string, string>> = {}, method = 'GET', id = record.id) =>
    fetch(`${system.url}/calls/${id}/recording`, {
      method,
      headers: { authorization: `Bearer ${API_KEY}`, ...headers },
    });
  const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());
  const ready = (id: string): Promise<CallJson> =>
    eventually(
      () => system.callRecord(id),
      (call) => isOver(call) && (call['recording'] as { status: string }).status === 'ready',
    );

  beforeAll(async () => {
    system = await WholeSystem.start(CUTS_IN);
  });
  afterAll(() => system.stop());

  it('has the caller left and the agent right, in time with each other and cut where the caller heard the cut', async () => {
    const placed = await system.place({ record: true });
    record = placed.record;
    await placed.line.settled(20_000);
    const after = await ready(record.id);
    const response = await listen();
    wav = await bytesOf(response);
    expect(response.headers.get('content-type')).toBe('audio/wav');
    const { sampleRateHz, channels } = readWav(wav);
    expect([sampleRateHz, channels.length]).toEqual([8000, 2]);
    expect(after['recording']).toMatchObject({
      status: 'ready',
      durationSeconds: Math.round(((channels[0]?.length ?? 0) * 1000) / 8000) / 1000,
    });

    const line = placed.line.recording();
    const [caller = new Int16Array(), agent = new Int16Array()] = channels;
    const heardCaller = decodeMulaw(line.caller);
    const heardAgent = decodeMulaw(line.agent);
    const callerLag = lagMs(envelope(caller), envelope(heardCaller));
    const agentLag = lagMs(envelope(agent), envelope(heardAgent));
    expect(Math.abs(callerLag)).toBeLessThanOrEqual(100);
    expect(Math.abs(callerLag - agentLag)).toBeLessThanOrEqual(40);
    // The agent begins to be heard, is cut, and begins again at the same moments on both, to two frames.
    const edges = edgesMs(agent).map((at) => at - beginsMs(caller));
    const heardEdges = edgesMs(heardAgent).map((at) => at - beginsMs(heardCaller));
    expect(edges).toHaveLength(4);
    expect(heardEdges).toHaveLength(4);
    for (const [place, at] of edges.entries())
      expect(Math.abs(at - (heardEdges[place] ?? NaN))).toBeLessThanOrEqual(2 * FRAME_MS);
    // It was cut, and not heard out.
    expect((edges[1] ?? NaN) - (edges[0] ?? NaN)).toBeLessThan(3000);
  });

  it('is served by ranges, so that a player can jump', async () => {
    const whole = await listen({}, 'HEAD');
    expect(whole.status).toBe(200);
    expect(whole.headers.get('content-length')).toBe(String(wav.length));
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    const etag = whole.headers.get('etag') ?? '';
    for (const [range, first, last] of [
      ['bytes=0-3', 0, 3],
      ['bytes=30-99', 30, 99],
      ['bytes=44-', 44, wav.length - 1],
      ['bytes=-100', wav.length - 100, wav.length - 1],
      [`bytes=100-${wav.length + 1000}`, 100, wav.length - 1],
    ] as const) {
      const part = await listen({ range });
      expect([range, part.status]).toEqual([range, 206]);
      expect(part.headers.get('content-range')).toBe(`bytes ${first}-${last}/${wav.length}`);
      expect((await bytesOf(part)).equals(wav.subarray(first, last + 1))).toBe(true);
    }
    const outside = await listen({ range: `bytes=${wav.length}-` });
    expect(outside.status).toBe(416);
    expect(outside.headers.get('content-range')).toBe(`bytes */${wav.length}`);
    expect(await outside.json()).toMatchObject({ code: 'bad-range' });
    expect((await listen({ range: 'bytes=0-3', 'if-range': '"another"' })).status).toBe(200);
    expect((await listen({ range: 'bytes=0-3', 'if-range': etag })).status).toBe(206);
    expect((await listen({ 'if-none-match': etag, 'cache-control': 'max-age=0' })).status).toBe(304);
  });

  it('can be listened to while the call goes on', async () => {
    const { record: live, line } = await system.place({ record: true });
    const growing = await eventually(
      async () => {
        const response = await listen({}, 'GET', live.id);
        return response.ok ? readWav(await bytesOf(response)).channels[0]?.length : undefined;
      },
      (frames) => frames !== undefined && frames > 4000,
    );
    expect(growing).toBeGreaterThan(4000);
    await line.settled(20_000);
    await ready(live.id);
  });

  it('cannot be deleted by a replica that does not have it', async () => {
    const { record: other, line } = await system.place({ record: true });
    await line.settled(20_000);
    await ready(other.id);
    // As if it lay on the disk of another.
    const recordings = path.join(system.dataDir, 'recordings');
    await rename(recordings, `${recordings}-elsewhere`);
    for (const method of ['GET', 'DELETE']) {
      const response = await listen({}, method, other.id);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        detail: expect.stringContaining('disk of this replica'),
      });
    }
    await rename(`${recordings}-elsewhere`, recordings);
    expect((await listen({}, 'DELETE', other.id)).status).toBe(204);
  });

  it('is kept when the call is, and deleted when that is asked for', async () => {
    expect((await listen({}, 'DELETE')).status).toBe(204);
    expect((await listen({}, 'DELETE')).status).toBe(204);
    const gone = await listen();
    expect(gone.status).toBe(404);
    expect(await gone.json()).toMatchObject({ code: 'not-found', detail: 'The recording was deleted.' });
    expect((await system.callRecord(record.id))['recording']).toMatchObject({ status: 'deleted' });
  });

  it('is not made unless it was asked for', async () => {
    const { record: silent, line } = await system.place();
    expect(silent['recording']).toMatchObject({ status: 'off' });
    await line.settled(20_000);
    const response = await listen({}, 'GET', silent.id);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('not asked for') });
  });
});

describe('a recording that Twilio makes', () => {
  let system: WholeSystem;
  const listen = (id: string, method = 'GET', headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${system.url}/calls/${id}/recording`, {
      method,
      headers: { authorization: `Bearer ${API_KEY}`, ...headers },
    });

  beforeAll(async () => {
    system = await WholeSystem.start({
      ...CUTS_IN,
      variables: { RECORDING_SOURCE: 'twilio', RECORD_CALLS: 'true' },
    });
  });
  afterAll(() => system.stop());

  const statusOf = (call: CallJson): string => (call['recording'] as { status: string }).status;

  it('is asked for with the call, told by its callback, and offered at the same address', async () => {
    const { record, line } = await system.place();
    await line.settled(20_000);
    const after = await eventually(
      () => system.callRecord(record.id),
      (call) => statusOf(call) === 'ready',
    );
    expect(after['recording']).toMatchObject({ durationSeconds: expect.any(Number) });
    expect(system.twilio.find(line.sid)?.recordings).toHaveLength(1);
    const response = await listen(record.id);
    expect(response.status).toBe(200);
    const wav = Buffer.from(await response.arrayBuffer());
    expect(readWav(wav).channels).toHaveLength(2);
    const part = await listen(record.id, 'GET', { range: 'bytes=100-199' });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(wav.subarray(100, 200))).toBe(true);
    expect((await listen(record.id, 'DELETE')).status).toBe(204);
    expect((await listen(record.id)).status).toBe(404);
    expect(line.recordings[0]?.status).toBe('deleted');
  });

  it('is begun by us for a call that came in', async () => {
    const line = system.twilio.placeInbound({
      voiceUrl: `${system.url}/twiml`,
      from: '+14155550177',
      to: '+14155550100',
      script: CUTS_IN.caller,
    });
    await line.settled(20_000);
    const { body } = await system.request<{ data: CallJson[] }>('GET', '/calls?limit=1');
    const [call] = body.data;
    expect(call).toMatchObject({ twilioCallSid: line.sid, direction: 'inbound' });
    await eventually(
      () => system.callRecord(call?.id ?? ''),
      (now) => statusOf(now) === 'ready',
    );
    expect((await listen(call?.id ?? '')).status).toBe(200);
  });
});
