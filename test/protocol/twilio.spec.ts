/** Media Streams: frames written down by hand from the vendor's pages, read and written by our codec. */
import { readFileSync } from 'node:fs';
import { WireError } from '../../src/protocol/decoding.js';
import {
  decodeFromTwilio,
  decodeToTwilio,
  encodeFromTwilio,
  encodeToTwilio,
} from '../../src/protocol/twilio/media-stream.codec.js';
import type { FromTwilio, ToTwilio } from '../../src/protocol/twilio/media-stream.messages.js';

function golden<Message>(name: string): [string, Message][] {
  const text = readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8');
  return Object.entries(JSON.parse(text) as Record<string, Message>);
}

const FROM = golden<FromTwilio>('from-twilio');
const TO = golden<ToTwilio>('to-twilio');
const [, START] = FROM[1] ?? [];
const [, MEDIA] = FROM[2] ?? [];

describe('messages from Twilio', () => {
  it.each(FROM)('reads and writes %s as documented', (_event, message) => {
    expect(decodeFromTwilio(JSON.stringify(message))).toEqual(message);
    expect(JSON.parse(encodeFromTwilio(message))).toEqual(message);
  });

  it('reads every event that the vendor documents', () => {
    expect(FROM.map(([event]) => event).toSorted()).toEqual(
      ['connected', 'dtmf', 'mark', 'media', 'start', 'stop'].toSorted(),
    );
  });

  it.each(FROM)('reads %s with fields that were added later', (_event, message) => {
    const grown = { ...message, extra: { nested: [1] } };
    expect(decodeFromTwilio(JSON.stringify(grown))).toEqual(message);
  });

  it.each(['', 'connected2', '__proto__', 'constructor', 'toString'])(
    'takes the unknown event "%s" for unknown',
    (event) => {
      expect(decodeFromTwilio(JSON.stringify({ event, streamSid: 'MZ1' }))).toEqual({
        event: 'unknown',
        name: event,
      });
    },
  );

  it.each([
    ['no JSON', '{"event":'],
    ['an empty frame', ''],
    ['a list', '[]'],
    ['a number', '5'],
    ['null', 'null'],
    ['no event', '{}'],
    ['an event that is no text', '{"event":7}'],
    ['media without its body', '{"event":"media","streamSid":"MZ1"}'],
    ['media without a payload', '{"event":"media","streamSid":"MZ1","media":{"chunk":"1"}}'],
    ['media whose payload is no text', '{"event":"media","streamSid":"MZ1","media":{"payload":5}}'],
    ['media without a stream', '{"event":"media","media":{"payload":"//8="}}'],
    ['a start without a call', '{"event":"start","streamSid":"MZ1","start":{"accountSid":"AC1"}}'],
    ['a mark without a name', '{"event":"mark","streamSid":"MZ1","mark":{}}'],
    ['a key without a digit', '{"event":"dtmf","streamSid":"MZ1","dtmf":{"track":"inbound_track"}}'],
  ])('refuses %s', (_name, text) => {
    expect(() => decodeFromTwilio(text)).toThrow(WireError);
  });

  it('reads sample rate and channels as numbers and as decimal text', () => {
    const start = structuredClone(START) as unknown as { start: { mediaFormat: object } };
    start.start.mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: '8000', channels: '1' };
    expect(decodeFromTwilio(JSON.stringify(start))).toEqual(START);
  });

  it('shows a format that is not the usual one instead of hiding it', () => {
    const start = structuredClone(START) as unknown as { start: { mediaFormat: object } };
    start.start.mediaFormat = { encoding: 'audio/x-l16', sampleRate: 16_000, channels: 1 };
    expect(decodeFromTwilio(JSON.stringify(start))).toMatchObject({
      start: { mediaFormat: { encoding: 'audio/x-l16', sampleRate: 16_000 } },
    });
  });

  it('reads custom parameters as a flat map of text, and their absence as none', () => {
    const start = structuredClone(START) as unknown as { start: { customParameters?: object } };
    start.start.customParameters = { name: 'Ann', odd: 5, list: ['x'] };
    expect(decodeFromTwilio(JSON.stringify(start))).toMatchObject({
      start: { customParameters: { name: 'Ann' } },
    });
    delete start.start.customParameters;
    expect(decodeFromTwilio(JSON.stringify(start))).toMatchObject({ start: { customParameters: {} } });
  });

  it('reads media without chunk, time and track, which nothing depends on', () => {
    const text = '{"event":"media","streamSid":"MZ1","media":{"payload":"//8="}}';
    expect(decodeFromTwilio(text)).toMatchObject({ media: { track: 'inbound', payload: '//8=' } });
    expect(MEDIA).toMatchObject({ event: 'media' });
  });
});

describe('messages to Twilio', () => {
  it.each(TO)('writes and reads %s as documented, with no other field', (_event, message) => {
    expect(JSON.parse(encodeToTwilio(message))).toEqual(message);
    expect(decodeToTwilio(JSON.stringify(message))).toEqual(message);
  });

  it.each<[string, object]>([
    ...TO.map(([event, message]): [string, object] => [
      `${event} with a field too many`,
      { ...message, extra: 1 },
    ]),
    [
      'media with a track',
      { event: 'media', streamSid: 'MZ1', media: { payload: '//8=', track: 'outbound' } },
    ],
    ['media without a payload', { event: 'media', streamSid: 'MZ1', media: {} }],
    ['a mark without a name', { event: 'mark', streamSid: 'MZ1', mark: {} }],
    ['a clear without a stream', { event: 'clear' }],
    ['a key', { event: 'dtmf', streamSid: 'MZ1', dtmf: { digit: '1' } }],
  ])('refuses %s, as Twilio does', (_name, message) => {
    expect(() => decodeToTwilio(JSON.stringify(message))).toThrow(WireError);
  });
});
