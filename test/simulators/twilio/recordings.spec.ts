/** Recordings by Twilio: asked for with the call or during it, told by callbacks, fetched, deleted. Driven by the vendor's SDK. */
import { decodeMulaw, MULAW_SILENCE } from '../../../src/core/audio/mulaw.js';
import { readWav, type Wav } from '../../../src/simulators/sound/wav.js';
import type { CallerScript } from '../../../src/simulators/twilio/caller-script.js';
import type { SimulatedCall } from '../../../src/simulators/twilio/simulated-call.js';
import { rigForEach, script, CALLEE, CALLER } from './rig.js';
import type { Received } from './stand-in-service.js';

/** The pause keeps the voice clear of the answer, at which a recording begins. */
const SPEAKS: CallerScript = script({ step: 'waits', ms: 60 }, { step: 'says', noiseMs: 100 });
const AGENT = Buffer.alloc(400, 0x12);
let played = SPEAKS;
let nowMs = Date.UTC(2026, 10, 23, 10, 0, 0);
const rig = rigForEach({
  script: () => played,
  now: () => nowMs,
  recordingAfterMs: 20,
  priceAfterMs: 3000,
});

beforeEach(() => {
  played = SPEAKS;
  const { service } = rig();
  service.replies.set('/voice', () => service.streamDocument());
});

/** A call in progress whose caller and agent have both spoken. */
async function talked(options: object = {}): Promise<SimulatedCall> {
  const { client, simulator, service } = rig();
  const url = `${service.url}/voice`;
  const { sid } = await client.calls.create({ to: CALLEE, from: CALLER, url, ...options });
  const call = simulator.find(sid);
  if (!call) throw new Error('the call is missing');
  await (await service.socket()).play(AGENT);
  await call.observed('caller-stops');
  await call.observed('agent-audio-ends');
  return call;
}

async function ended(call: SimulatedCall): Promise<SimulatedCall> {
  await rig().client.calls(call.sid).update({ status: 'completed' });
  return call.settled();
}

function asked(options: object = {}): object {
  return { record: true, recordingStatusCallback: `${rig().service.url}/recording`, ...options };
}

function callbacks(): readonly Received[] {
  return rig().service.received.filter(({ path }) => path === '/recording');
}

async function media(path: string): Promise<[number, string | null, Buffer]> {
  const { simulator } = rig();
  const pair = Buffer.from(`${simulator.accountSid}:${simulator.authToken}`).toString('base64');
  const url = `${simulator.url}/2010-04-01/Accounts/${simulator.accountSid}/Recordings/${path}`;
  const answer = await fetch(url, { headers: { authorization: `Basic ${pair}` } });
  return [answer.status, answer.headers.get('content-type'), Buffer.from(await answer.arrayBuffer())];
}

async function sound(path: string): Promise<Wav> {
  const [status, , file] = await media(path);
  expect(status).toBe(200);
  return readWav(file);
}

/** Whether `part` is somewhere in `whole`. */
function holds(whole: Int16Array | undefined, part: Int16Array): boolean {
  if (!whole) return false;
  const bytes = (samples: Int16Array): Buffer =>
    Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return bytes(whole).includes(bytes(part));
}

function spoken(call: SimulatedCall): Int16Array {
  const voice = call.sentFrames.filter(({ payload }) => payload.some((code) => code !== MULAW_SILENCE));
  return decodeMulaw(Buffer.concat(voice.map(({ payload }) => payload)));
}

describe('a call that is created with Record=true', () => {
  it('has both voices in two channels, from the answer to the end', async () => {
    const call = await ended(await talked(asked({ recordingChannels: 'dual', trim: 'do-not-trim' })));
    const [recording] = call.recordings;
    const { channels, sampleRateHz } = await sound(`${recording?.sid}.wav?RequestedChannels=2`);
    expect([channels.length, sampleRateHz]).toEqual([2, 8000]);
    expect(holds(channels[0], spoken(call))).toBe(true);
    expect(holds(channels[1], decodeMulaw(AGENT))).toBe(true);
    expect(holds(channels[1], spoken(call))).toBe(false);
    const [from, to] = [await call.observed('answered'), await call.observed('completed')];
    expect(Math.abs((channels[0]?.length ?? 0) / 8 - (to.atMs - from.atMs))).toBeLessThan(50);
    const [status, type, file] = await media(`${recording?.sid}`);
    expect([status, type, file.readUInt16LE(20), file.readUInt16LE(34)]).toEqual([200, 'audio/x-wav', 1, 16]);
    const mixed = await sound(`${recording?.sid}.wav?RequestedChannels=1`);
    expect([mixed.channels.length, mixed.channels[0]?.length]).toEqual([1, channels[0]?.length]);
  });

  it('is mono and without silence at its ends unless asked otherwise', async () => {
    const call = await ended(await talked(asked()));
    const [recording] = call.recordings;
    const { channels } = await sound(`${recording?.sid}.wav`);
    expect(channels).toHaveLength(1);
    expect(Math.abs(channels[0]?.[0] ?? 0)).toBeGreaterThanOrEqual(100);
    expect(Math.abs(channels[0]?.at(-1) ?? 0)).toBeGreaterThanOrEqual(100);
    const [status, , body] = await media(`${recording?.sid}.wav?RequestedChannels=2`);
    expect([status, JSON.parse(body.toString())]).toEqual([400, expect.objectContaining({ code: 20_001 })]);
  });

  it.each([
    ['inbound', true],
    ['outbound', false],
  ])('has only one voice when the track is %s', async (recordingTrack, isCaller) => {
    const call = await ended(
      await talked(asked({ recordingTrack, recordingChannels: 'dual', trim: 'do-not-trim' })),
    );
    const { channels } = await sound(`${call.recordings[0]?.sid}.wav`);
    expect(channels).toHaveLength(1);
    expect(holds(channels[0], spoken(call))).toBe(isCaller);
    expect(holds(channels[0], decodeMulaw(AGENT))).toBe(!isCaller);
  });

  it('tells of its recording in a signed callback, and in the last callback of the call', async () => {
    const { service, simulator } = rig();
    const call = await ended(
      await talked(
        asked({ recordingChannels: 'dual', trim: 'do-not-trim', statusCallback: `${service.url}/status` }),
      ),
    );
    const [recording] = call.recordings;
    const url = `${simulator.url}/2010-04-01/Accounts/${simulator.accountSid}/Recordings/${recording?.sid}`;
    expect(callbacks().map(({ isSigned, params }) => ({ isSigned, ...params }))).toEqual([
      {
        isSigned: true,
        AccountSid: simulator.accountSid,
        CallSid: call.sid,
        RecordingSid: recording?.sid,
        RecordingUrl: url,
        RecordingStatus: 'completed',
        RecordingDuration: String(recording?.seconds),
        RecordingChannels: '2',
        RecordingStartTime: 'Mon, 23 Nov 2026 10:00:00 +0000',
        RecordingSource: 'OutboundAPI',
        RecordingTrack: 'both',
      },
    ]);
    expect((await service.request('/status')).params).toMatchObject({
      CallStatus: 'completed',
      RecordingSid: recording?.sid,
      RecordingUrl: url,
      RecordingDuration: String(recording?.seconds),
    });
  });

  it('tells the events that one text with spaces asks for; of a list only the last one', async () => {
    const states = (): (string | undefined)[] => callbacks().map(({ params }) => params['RecordingStatus']);
    await ended(await talked(asked({ recordingStatusCallbackEvent: ['in-progress completed'] })));
    expect(states()).toEqual(['in-progress', 'completed']);
    expect(callbacks()[0]?.params).not.toHaveProperty('RecordingDuration');
    played = { ...played, recording: { dropped: ['completed'] } };
    const { client, service } = rig();
    const url = `${service.url}/none`;
    const events = { recordingStatusCallbackEvent: ['in-progress', 'absent'] };
    service.replies.set('/none', () => '<Response><Hangup/></Response>');
    const { sid } = await client.calls.create({ to: CALLEE, from: CALLER, url, ...asked(events) });
    await rig().simulator.find(sid)?.settled();
    expect(states()).toEqual(['in-progress', 'completed', 'absent']);
  });

  it('has none when nobody answers', async () => {
    played = { answer: { kind: 'busy' }, steps: [] };
    const { client, simulator, service } = rig();
    const url = `${service.url}/voice`;
    const { sid } = await client.calls.create({ to: CALLEE, from: CALLER, url, ...asked() });
    await simulator.find(sid)?.settled();
    expect([await client.calls(sid).recordings.list(), callbacks()]).toEqual([[], []]);
  });

  it('follows the faults of the script: doubled, and absent whatever was said', async () => {
    played = { ...SPEAKS, recording: { absent: true, doubled: ['absent'] } };
    const events = { recordingStatusCallbackEvent: ['completed absent'] };
    const call = await ended(await talked(asked(events)));
    expect(callbacks().map(({ params }) => params['RecordingStatus'])).toEqual(['absent', 'absent']);
    const tokens = callbacks().map(({ headers }) => headers['i-twilio-idempotency-token']);
    expect(tokens[0]).toBe(tokens[1]);
    expect((await media(`${call.recordings[0]?.sid}.wav`))[0]).toBe(404);
  });

  it.each([
    ['RecordingChannels', { recordingChannels: 'stereo' }],
    ['RecordingTrack', { recordingTrack: 'left' }],
    ['Trim', { trim: 'all' }],
  ])('is refused with an odd %s', async (name, change) => {
    const { client, simulator } = rig();
    const attempt = client.calls.create({
      to: CALLEE,
      from: CALLER,
      twiml: '<Response/>',
      ...asked(change),
    });
    await expect(attempt).rejects.toMatchObject({
      code: 20_001,
      message: expect.stringContaining(name) as string,
    });
    expect(simulator.calls).toHaveLength(0);
  });
});

describe('a recording of a live call', () => {
  it('starts in progress, reads processing until it is completed, and then has length and price', async () => {
    const { client } = rig();
    const call = await talked();
    const started = await client.calls(call.sid).recordings.create({ recordingChannels: 'dual' });
    expect(started).toMatchObject({
      status: 'in-progress',
      source: 'StartCallRecordingAPI',
      channels: 2,
      track: 'both',
      duration: null,
      price: null,
      priceUnit: null,
      callSid: call.sid,
    });
    await expect(client.recordings(started.sid).fetch()).resolves.toMatchObject({ status: 'processing' });
    expect((await media(`${started.sid}.wav`))[0]).toBe(404);
    await expect(client.recordings(started.sid).remove()).rejects.toMatchObject({ status: 409 });
    await ended(call);
    const done = await client.recordings(started.sid).fetch();
    expect(done).toMatchObject({ status: 'completed', duration: '1', price: null });
    // From its start on: what was said before is not in it, and neither is anything cut off.
    expect(holds((await sound(`${started.sid}.wav`)).channels[0], spoken(call))).toBe(false);
    nowMs += 3000;
    await expect(client.recordings(started.sid).fetch()).resolves.toMatchObject({
      price: '-0.0025',
      priceUnit: 'USD',
    });
    await expect(client.calls(call.sid).recordings(started.sid).fetch()).resolves.toMatchObject({
      price: -0.0025,
    });
  });

  it('is refused before the answer, after the end, and for a call that is not there', async () => {
    const { client, simulator } = rig();
    played = { answer: { kind: 'answers', afterMs: 60_000 }, steps: [] };
    const { sid } = await client.calls.create({ to: CALLEE, from: CALLER, twiml: '<Response/>' });
    const record = (of: string): Promise<unknown> => client.calls(of).recordings.create();
    await simulator.find(sid)?.until('ringing');
    await expect(record(sid)).rejects.toMatchObject({ code: 21_220 });
    await client.calls(sid).update({ status: 'canceled' });
    await expect(record(sid)).rejects.toMatchObject({ code: 21_220 });
    await expect(record(`CA${'0'.repeat(32)}`)).rejects.toMatchObject({ status: 404 });
  });
});
