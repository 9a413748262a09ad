/** A Media Streams socket as a phone line: what it tells, what it refuses, and that nothing on it can do harm. */
import { Base64Bytes } from '../../src/core/audio/base64-audio.js';
import { once } from 'node:events';
import type { CarrierEvents } from '../../src/core/bridge/legs.js';
import { TwilioStreamLeg } from '../../src/media-stream/twilio-stream.leg.js';
import { ACCOUNT_SID, audioOf, CALL_SID, STREAM_SID } from '../support/builders.js';
import { SocketPair } from '../support/socket-pair.js';

type Told = [keyof CarrierEvents, ...unknown[]];

function recorder(told: Told[]): CarrierEvents {
  const tell =
    (name: keyof CarrierEvents) =>
    (...args: unknown[]): void =>
      // Where it lies it may be read during the call only.
      void told.push([name, ...args.map((one) => (one instanceof Base64Bytes ? String(one) : one))]);
  return {
    lineStarted: tell('lineStarted'),
    callerAudio: tell('callerAudio'),
    digit: tell('digit'),
    markPlayed: tell('markPlayed'),
    lineStopped: tell('lineStopped'),
    lineGone: tell('lineGone'),
    lineFailed: tell('lineFailed'),
  };
}

const start = (fields: object = {}): object => ({
  event: 'start',
  sequenceNumber: '1',
  streamSid: STREAM_SID,
  start: {
    streamSid: STREAM_SID,
    accountSid: ACCOUNT_SID,
    callSid: CALL_SID,
    tracks: ['inbound'],
    ...fields,
  },
});
const media = (payload: string, fields: object = {}): object => ({
  event: 'media',
  streamSid: STREAM_SID,
  media: { track: 'inbound', chunk: '1', timestamp: '0', payload },
  ...fields,
});

describe.each(['framed', 'ws'] as const)('a media stream of Twilio over %s', (transport) => {
  let pair: SocketPair;
  let leg: TwilioStreamLeg;
  let told: Told[];
  let odd: string[];
  let closed: Promise<unknown>;

  beforeEach(async () => {
    pair = await SocketPair.open(transport);
    told = [];
    odd = [];
    const events = recorder(told);
    leg = new TwilioStreamLeg({
      socket: pair.texts,
      accountSid: ACCOUNT_SID,
      carrierCallSid: CALL_SID,
      events: () => events,
      odd: (kind) => void odd.push(kind),
      closed: () => undefined,
    });
    closed = once(pair.ours, 'close');
  });
  afterEach(() => pair.close());

  it('tells everything that the vendor says, in order', async () => {
    await pair.send(
      { event: 'connected', protocol: 'Call', version: '1.0.0' },
      start({ customParameters: { name: 'Zoë' } }),
      media('AAAA'),
      { event: 'dtmf', streamSid: STREAM_SID, dtmf: { track: 'inbound_track', digit: '5' } },
      { event: 'mark', streamSid: STREAM_SID, mark: { name: 'g0:m1' } },
      media('BBBB'),
      { event: 'stop', streamSid: STREAM_SID, stop: { accountSid: ACCOUNT_SID, callSid: CALL_SID } },
    );
    pair.theirs.close(1000);
    await closed;
    expect(told).toEqual([
      ['lineStarted', { streamSid: STREAM_SID, carrierCallSid: CALL_SID, customParameters: { name: 'Zoë' } }],
      ['callerAudio', 'AAAA', 0],
      ['digit', '5'],
      ['markPlayed', 'g0:m1'],
      ['callerAudio', 'BBBB', 0],
      ['lineStopped'],
    ]);
    expect(odd).toEqual([]);
  });

  it('plays, marks and clears in the vendor’s form, and cuts what is long into pieces that fit together', async () => {
    await pair.send(start());
    const long = audioOf(7000, 0x33);
    leg.play(audioOf(20));
    leg.play(long);
    leg.mark('g0:m1');
    leg.clear();
    const frames = (await pair.until(6)) as {
      event: string;
      streamSid: string;
      media?: { payload: string };
    }[];
    expect(frames.map(({ event }) => event)).toEqual(['media', 'media', 'media', 'media', 'mark', 'clear']);
    expect(new Set(frames.map(({ streamSid }) => streamSid))).toEqual(new Set([STREAM_SID]));
    const pieces = frames
      .slice(1, 4)
      .map(({ media: { payload = '' } = {} }) => Buffer.from(payload, 'base64'));
    expect(Buffer.concat(pieces).toString('base64')).toBe(long);
  });

  it.each([
    ['of another call', { callSid: `CA${'9'.repeat(32)}` }, 'bad-stream-token'],
    ['of another account', { accountSid: `AC${'9'.repeat(32)}` }, 'bad-stream-token'],
    [
      'in another format',
      { mediaFormat: { encoding: 'audio/x-l16', sampleRate: 16_000, channels: 1 } },
      'stream-format',
    ],
    [
      'at another rate',
      { mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 16_000, channels: 1 } },
      'stream-format',
    ],
    [
      'in stereo',
      { mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 2 } },
      'stream-format',
    ],
  ])('refuses a stream %s by name, and closes it', async (_name, fields, code) => {
    const code1008 = pair.closeCode();
    pair.theirs.send(JSON.stringify(start(fields)));
    expect(await code1008).toBe(1008);
    await closed;
    expect(told).toEqual([['lineFailed', expect.objectContaining({ code })]]);
  });

  it('counts what is odd, and goes on', async () => {
    pair.theirs.send(Buffer.from([1, 2, 3]), { binary: true });
    await pair.send(
      '{"event":',
      '[]',
      media('TOOSOON'),
      start(),
      start(),
      { event: 'brand-new', streamSid: STREAM_SID },
      media('OTHER', { streamSid: `MZ${'9'.repeat(32)}` }),
      media('OURS', { media: { track: 'outbound', payload: 'OURS' } }),
      media('AAAA'),
    );
    expect(odd).toEqual([
      'binary',
      'malformed',
      'malformed',
      'out-of-place',
      'out-of-place',
      'unknown',
      'out-of-place',
    ]);
    expect(told.map(([name]) => name)).toEqual(['lineStarted', 'callerAudio']);
  });

  it.each(['AAAA","type":"user_message', 'AAAA\\u0022', 'AA AA', 'AAAA=AAAA', 'ÄÄÄÄ', ''])(
    'lets no payload through that could be more than audio: %s',
    async (payload) => {
      await pair.send(start(), media(payload), media('AAAA'));
      expect(odd).toEqual(['malformed']);
      expect(told.filter(([name]) => name === 'callerAudio')).toHaveLength(1);
    },
  );

  it.each(['AAAA\\",\\"type\\":\\"user_message', 'AA-_', 'AA AA', 'AAA'])(
    'lets nothing but audio through in exactly the vendor’s form either: %s',
    async (payload) => {
      const exact = (audio: string): string =>
        `{"event":"media","sequenceNumber":"2","media":{"track":"inbound","chunk":"1","timestamp":"7","payload":"${audio}"},"streamSid":"${STREAM_SID}"}`;
      await pair.send(start(), exact(payload), exact('BBBB'));
      expect(told.filter(([name]) => name === 'callerAudio')).toEqual([
        ...(payload === 'AAA' ? [['callerAudio', 'AAA', 7]] : []),
        ['callerAudio', 'BBBB', 7],
      ]);
    },
  );

  it('cuts off a line that does not read, by name', async () => {
    await pair.send(start());
    pair.theirs.pause();
    const audio = audioOf(24_000);
    for (let sent = 0; sent < 2000 && !told.some(([name]) => name === 'lineFailed'); sent += 1) {
      leg.play(audio);
      if (sent % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(told.at(-1)).toEqual(['lineFailed', expect.objectContaining({ code: 'stream-overloaded' })]);
  });

  it('is closed when it sends nothing but rubbish', async () => {
    const code = pair.closeCode();
    for (let at = 0; at < 100; at += 1) pair.theirs.send('rubbish');
    expect(await code).toBe(1008);
    expect(odd).toHaveLength(100);
  });

  it.each([
    [1000, true],
    [1001, true],
    [1011, false],
  ])('tells a close with %i as clean: %s', async (code, clean) => {
    await pair.send(start());
    pair.theirs.close(code);
    await closed;
    expect(told.at(-1)).toEqual(['lineGone', clean, expect.stringContaining(String(code))]);
  });

  it('tells a line that broke off as not clean', async () => {
    await pair.send(start());
    pair.theirs.terminate();
    await closed;
    expect(told.at(-1)).toEqual(['lineGone', false, expect.stringContaining('1006')]);
  });

  it('sends nothing into a socket that is closed', async () => {
    await pair.send(start());
    leg.close();
    await closed;
    leg.play('AAAA');
    leg.clear();
    expect(pair.received).toEqual([]);
  });
});
