/** The media stream as the service sees it: handshake, messages, pace, and the ways in which it ends. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { CallerScript } from '../../../src/simulators/twilio/caller-script.js';
import type { SimulatedCall } from '../../../src/simulators/twilio/simulated-call.js';
import { noise } from '../../../src/simulators/twilio/simulated-caller.js';
import { rigForEach, script } from './rig.js';
import type { ServiceSocket } from './stand-in-service.js';
import { withVendorSpec } from './vendor-specs.js';

const CLIP = noise(99, 160 * 5 + 40);
const rig = rigForEach({
  clips: async (name) => {
    if (name !== 'hello') throw new Error(`no clip ${name}`);
    return CLIP;
  },
});

interface Media {
  readonly sequenceNumber: string;
  readonly media: {
    readonly track: string;
    readonly chunk: string;
    readonly timestamp: string;
    readonly payload: string;
  };
}

async function streaming(played: CallerScript = script()): Promise<[SimulatedCall, ServiceSocket]> {
  const { service, incoming } = rig();
  const call = incoming(service.streamDocument(), played);
  const socket = await service.socket();
  await socket.message('start');
  return [call, socket];
}

function mediaOf(socket: ServiceSocket): readonly Media[] {
  return socket.messages.filter((one) => one.event === 'media') as unknown as Media[];
}

describe('the handshake', () => {
  it('has the headers of Twilio, its signature, and neither subprotocol nor extension', async () => {
    await streaming();
    const [upgrade] = rig().service.upgrades;
    expect(upgrade).toMatchObject({ path: '/stream/one', isSigned: true });
    expect(Object.keys(upgrade?.headers ?? {}).toSorted()).toEqual([
      'accept-encoding',
      'connection',
      'host',
      'sec-websocket-key',
      'sec-websocket-version',
      'upgrade',
      'user-agent',
      'x-twilio-signature',
    ]);
    expect(upgrade?.headers).toMatchObject({ 'user-agent': 'Twilio.TmeWs/1.0', 'accept-encoding': 'gzip' });
  });

  it('leaves the query of the address out, of the request and of the signature', async () => {
    const { service, incoming } = rig();
    const call = incoming(service.streamDocument().replace('/stream/one', '/stream/one?token=secret'));
    await (await service.socket()).message('start');
    expect(service.upgrades[0]).toMatchObject({ path: '/stream/one', isSigned: true });
    expect(call.streamUrl).toBe(service.streamUrl);
  });
});

describe('the messages of a stream', () => {
  it('begin with connected and start, and count as decimal strings', async () => {
    const [call, socket] = await streaming();
    await socket.message('media', 4);
    const streamSid = await socket.streamSid();
    expect(streamSid).toMatch(/^MZ[0-9a-f]{32}$/);
    expect(socket.messages[0]).toEqual({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    expect(socket.messages[1]).toEqual({
      event: 'start',
      sequenceNumber: '1',
      streamSid,
      start: {
        streamSid,
        accountSid: rig().simulator.accountSid,
        callSid: call.sid,
        tracks: ['inbound'],
        customParameters: { name: 'J&J <ß>' },
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      },
    });
    expect(
      mediaOf(socket)
        .slice(0, 5)
        .map(({ media, sequenceNumber }) => [sequenceNumber, media.chunk, media.track]),
    ).toEqual(['2', '3', '4', '5', '6'].map((number, index) => [number, String(index + 1), 'inbound']));
    expect(call.customParameters).toEqual({ name: 'J&J <ß>' });
  });

  it('carry silence while the caller says nothing, and the clip byte for byte when it speaks', async () => {
    const [call, socket] = await streaming(
      script({ step: 'waits', ms: 40 }, { step: 'says', clip: 'hello' }),
    );
    await call.observed('caller-stops');
    await socket.message('media', 9);
    const sound = Buffer.concat(mediaOf(socket).map(({ media }) => Buffer.from(media.payload, 'base64')));
    expect(sound.subarray(0, 320)).toEqual(Buffer.alloc(320, 0xff));
    expect(sound.subarray(320, 320 + CLIP.length)).toEqual(CLIP);
    expect(sound.subarray(320 + CLIP.length, 1600)).toEqual(Buffer.alloc(1600 - 320 - CLIP.length, 0xff));
    expect(call.sentFrames.slice(0, 10).map(({ payload }) => payload.length)).toEqual(Array(10).fill(160));
  });

  it('go out every 20 ms on an absolute schedule', async () => {
    const [call, socket] = await streaming();
    await socket.message('media', 50);
    const timestamps = mediaOf(socket).map(({ media }) => Number(media.timestamp));
    expect(
      timestamps.every((one, index) => one % 20 === 0 && (index === 0 || one > (timestamps[index - 1] ?? 0))),
    ).toBe(true);
    // A frame is never early, however late the machine is.
    const { lineZeroMs = 0 } = call.streams[0] ?? {};
    const leads = call.sentFrames.map(({ atMs, timestampMs }) => atMs - lineZeroMs - timestampMs);
    expect(Math.min(...leads)).toBeGreaterThan(18);
  });

  it('slip after a pause of the machine instead of coming in a burst', async () => {
    const [call, socket] = await streaming();
    await socket.message('media', 2);
    const before = call.sentFrames.length;
    const untilMs = performance.now() + 400;
    while (performance.now() < untilMs);
    await socket.message('media', before + 5);
    const frames = call.sentFrames.slice(before, before + 20);
    const burst = frames.filter(({ atMs }) => atMs - (frames[0]?.atMs ?? 0) < 10);
    // Five at once, and the regular one of the schedule when its turn falls into the same moment; 20 frames were missed.
    expect(burst.length).toBeLessThanOrEqual(6);
    const gaps = call.sentFrames.map(
      ({ timestampMs }, index) => timestampMs - (call.sentFrames[index - 1]?.timestampMs ?? 0),
    );
    expect(Math.max(...gaps)).toBeGreaterThan(200);
  });

  it('tell the keys one by one', async () => {
    const [call, socket] = await streaming(script({ step: 'presses', digits: '4#' }));
    const [first, second] = [await socket.message('dtmf'), await socket.message('dtmf', 1)];
    expect([first['dtmf'], second['dtmf']]).toEqual([
      { track: 'inbound_track', digit: '4' },
      { track: 'inbound_track', digit: '#' },
    ]);
    call.assertFinished();
  });

  it('can be anything that a script makes them', async () => {
    const [, socket] = await streaming(script({ step: 'sends-raw', text: 'not json' }));
    expect(await socket.message('raw')).toEqual({ event: 'raw', text: 'not json' });
  });

  withVendorSpec('twilio-media-streams.messages.schema.json', (spec) => {
    it('all fit the schema, those of the service as well', async () => {
      const ajv = new Ajv2020({ strict: false, validateFormats: false });
      ajv.addSchema(spec as object, 'stream');
      const [, socket] = await streaming(
        script({ step: 'presses', digits: '1' }, { step: 'says', noiseMs: 40 }),
      );
      await socket.play(Buffer.alloc(160));
      await socket.mark('a');
      await socket.message('mark');
      await socket.message('dtmf');
      await socket.message('media', 8);
      await rig().client.calls(String(rig().simulator.calls[0]?.sid)).update({ status: 'completed' });
      await socket.message('stop');
      const validate = ajv.getSchema('stream#/$defs/fromTwilio');
      const judged = socket.messages.map((one) => [one.event, validate?.(one)]);
      expect(judged.filter(([, isValid]) => isValid !== true)).toEqual([]);
      expect(new Set(judged.map(([event]) => event)).size).toBe(6);
    });
  });
});

describe('the end of a stream', () => {
  it('is a stop and a close when the caller hangs up', async () => {
    const [call, socket] = await streaming(script({ step: 'waits', ms: 60 }, { step: 'hangs-up' }));
    const stop = await socket.message('stop');
    expect(stop['stop']).toEqual({ accountSid: call.accountSid, callSid: call.sid });
    expect(Number(stop['sequenceNumber'])).toBe(socket.messages.length - 1);
    expect(await socket.closed()).toBe(1000);
    await call.settled();
    expect([call.endedBecause, call.warnings]).toEqual(['caller-hung-up', []]);
    expect(socket.messages.at(-1)?.event).toBe('stop');
  });

  it('is no stop when the service closes, and who did it with which code is told', async () => {
    const [call, socket] = await streaming();
    socket.socket.close(4001, 'enough');
    const closed = await call.observed('socket-closed');
    expect(closed.detail).toEqual({ by: 'service', code: 4001 });
    await call.settled();
    expect(socket.messages.some((one) => one.event === 'stop')).toBe(false);
    expect(call.warnings).toEqual([{ code: 31_921, detail: 'closed with 4001' }]);
  });

  it('is silent when a script lets the socket die: neither stop nor close frame', async () => {
    const [call, socket] = await streaming(script({ step: 'loses-socket' }));
    expect(await socket.closed()).toBe(1006);
    expect(socket.messages.some((one) => one.event === 'stop')).toBe(false);
    const closed = await call.observed('socket-closed');
    expect(closed.detail).toEqual({ by: 'fault', code: 1006 });
  });

  it('comes with the simulator, which may be stopped twice', async () => {
    const [call, socket] = await streaming();
    const waiting = call
      .until(() => false, 5000)
      .then(
        () => 'it came true',
        (error: unknown) => String(error),
      );
    await rig().simulator.stop();
    await rig().simulator.stop();
    expect(await socket.closed()).toBe(1000);
    expect(call.endedBecause).toBe('simulator-stopped');
    expect(await waiting).toContain('the simulator was stopped while waiting for');
  });
});

describe('a fault of the stream', () => {
  it('delays the opening and the start', async () => {
    const { service, incoming } = rig();
    const faults = { openDelayMs: 80, startDelayMs: 80 };
    const call = incoming(service.streamDocument(), { ...script(), stream: faults });
    await call.observed('start');
    const at = (what: string): number =>
      call.observations.find((one) => one.what === what)?.atMs ?? Number.NaN;
    expect(at('stream-open') - at('twiml')).toBeGreaterThanOrEqual(79);
    expect(at('start') - at('stream-open')).toBeGreaterThanOrEqual(79);
  });

  it('never opens it, and the call lasts until somebody ends it', async () => {
    const { service, incoming, client } = rig();
    const call = incoming(service.streamDocument(), { ...script(), stream: { neverOpens: true } });
    await call.observed('answered');
    await client.calls(call.sid).update({ status: 'completed' });
    await call.settled();
    expect([service.upgrades, call.endedBecause]).toEqual([[], 'completed-by-rest']);
  });
});

describe('a script', () => {
  it('that was not played to its end fails by name', async () => {
    const [call, socket] = await streaming(script({ step: 'waits', ms: 20 }, { step: 'hears-agent-out' }));
    await socket.message('media', 4);
    socket.socket.close(1000);
    await call.settled();
    expect(() => call.assertFinished()).toThrow(
      /the caller still waits in step 2 of 2: \{"step":"hears-agent-out"\}; the call CA\w+ is completed \(document-ended\)/,
    );
  });

  it('that names a clip which cannot be had ends the call as an error of the simulator, before anything is asked', async () => {
    const { service, incoming } = rig();
    const call = await incoming(
      service.streamDocument(),
      script({ step: 'says', clip: 'missing' }),
    ).settled();
    expect([call.status, call.endedBecause, service.upgrades]).toEqual(['failed', 'simulator-error', []]);
    expect(call.warnings[0]?.detail).toContain('no clip missing');
    expect(call.requests.map(({ kind }) => kind)).toEqual(['status']);
  });
});
