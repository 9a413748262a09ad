/** Messages recognised by their bytes: whatever is recognised so says the same as JSON does, and JSON has the rest. */
import * as fc from 'fast-check';
import { bytesOf } from '../../src/core/audio/base64.js';
import { Base64Bytes, soundBytesOf, textOf } from '../../src/core/audio/base64-audio.js';
import { arePaddedBase64, isPaddedBase64 } from '../../src/protocol/base64-text.js';
import { recogniseAudio } from '../../src/protocol/elevenlabs/audio-bytes.js';
import { decodeFromAgent } from '../../src/protocol/elevenlabs/conversation.codec.js';
import { MediaRecogniser, type MediaFrame } from '../../src/protocol/twilio/media-bytes.js';
import {
  decodeFromTwilio,
  encodeToTwilio,
  playTemplate,
} from '../../src/protocol/twilio/media-stream.codec.js';
import { STREAM_SID } from '../support/builders.js';

/** In the middle of others, as in a chunk: neither the bytes before nor those behind may matter. */
function inTheMiddle<Result>(
  text: string,
  read: (bytes: Buffer, from: number, to: number) => Result,
): Result {
  const bytes = Buffer.from(text);
  const chunk = Buffer.concat([Buffer.from('"}}'), bytes, Buffer.from('"},"payload":"AAAA"}}')]);
  return read(chunk, 3, 3 + bytes.length);
}

const recogniser = MediaRecogniser.of(STREAM_SID);
/** The payload as text, since that is what JSON makes of it. */
function withText<Frame extends { from: number; to: number }>(
  bytes: Buffer,
  frame: Frame | undefined,
): (Omit<Frame, 'from' | 'to'> & { readonly payload: string }) | undefined {
  if (!frame) return undefined;
  const { from, to, ...rest } = frame;
  return { ...rest, payload: bytes.toString('latin1', from, to) };
}
type MediaWithText = Omit<MediaFrame, 'from' | 'to'> & { readonly payload: string };
const media = (text: string): MediaWithText | undefined =>
  inTheMiddle(text, (bytes, from, to) => withText(bytes, recogniser?.read(bytes, from, to)));
const audio = (text: string) =>
  inTheMiddle(text, (bytes, from, to) => withText(bytes, recogniseAudio(bytes, from, to)));

/** What a line makes of the message by way of JSON; undefined for what is no sound of this stream. */
function mediaByJson(text: string): MediaWithText | undefined {
  const message = decodeFromTwilio(text);
  if (message.event !== 'media' || message.streamSid !== STREAM_SID) return undefined;
  const { track, timestamp, payload } = message.media;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(payload)) return undefined;
  return { isInbound: track === 'inbound', timestamp: timestamp === '' ? NaN : Number(timestamp), payload };
}
function audioByJson(text: string): { payload: string; eventId: number } | undefined {
  const message = decodeFromAgent(text);
  if (message.type !== 'audio') return undefined;
  const { audio_base_64: payload, event_id: eventId } = message.audio_event;
  return payload.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(payload)
    ? { payload, eventId }
    : undefined;
}

const TWILIO = `{"event":"media","sequenceNumber":"4","media":{"track":"inbound","chunk":"2","timestamp":"5","payload":"//7+/v8="},"streamSid":"${STREAM_SID}"}`;
const TWILIO_SID_FIRST = `{"event":"media","sequenceNumber":"2","streamSid":"${STREAM_SID}","media":{"track":"inbound","chunk":"1","timestamp":"74","payload":"//7+/v39"}}`;
const AGENT = '{"type":"audio","audio_event":{"audio_base_64":"//7+/v8=","event_id":7,"is_final":false}}';

describe('a payload', () => {
  it('is base64 or is not, as its alphabet says', () => {
    const chars = fc.constantFrom(...Array.from('AZaz09+/=-_ \n"\\é€\u0000'), 'Zm9v');
    fc.assert(
      fc.property(fc.string({ unit: chars, maxLength: 40 }), fc.constantFrom('', '=', '=='), (text, end) => {
        const payload = text + end;
        const isOne = payload.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(payload);
        expect(isPaddedBase64(payload)).toBe(isOne);
        const bytes = Buffer.from(`x${payload}=`);
        expect(arePaddedBase64(bytes, 1, bytes.length - 1)).toBe(isOne);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([4, 216, 2560, 65_536, 65_540, 200_000])('is looked at whole: %i characters', (length) => {
    const good = 'Zm9v'.repeat(length / 4);
    expect(isPaddedBase64(good)).toBe(true);
    expect(arePaddedBase64(Buffer.from(good), 0, length)).toBe(true);
    for (const bad of '"\\-_ =ÿ€') {
      for (const at of [0, Math.floor(length / 2), length - 3]) {
        const text = good.slice(0, at) + bad + good.slice(at + 1);
        expect(isPaddedBase64(text)).toBe(false);
        const bytes = Buffer.from(text);
        expect(arePaddedBase64(bytes, 0, bytes.length)).toBe(false);
      }
    }
  });

  it.each(['', 'Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg=='])(
    'says how much sound it is, as text and where it lies: %s',
    (text) => {
      const bytes = new Base64Bytes(Buffer.from(`"${text}"`), 1, 1 + text.length);
      expect([textOf(bytes), soundBytesOf(bytes), bytes.length]).toEqual([text, bytesOf(text), text.length]);
    },
  );
});

describe('Twilio’s media', () => {
  it('is recognised as Twilio documents it, in both orders of its keys', () => {
    expect(media(TWILIO)).toEqual({ isInbound: true, timestamp: 5, payload: '//7+/v8=' });
    expect(media(TWILIO_SID_FIRST)).toEqual({ isInbound: true, timestamp: 74, payload: '//7+/v39' });
    expect(media(TWILIO.replace('inbound', 'outbound'))).toMatchObject({ isInbound: false });
  });

  it.each([
    ['spaces', TWILIO.replaceAll(':', ': ')],
    ['another order', TWILIO.replace('"chunk":"2","timestamp":"5"', '"timestamp":"5","chunk":"2"')],
    ['another stream', TWILIO.replaceAll('MZ', 'MX')],
    ['another track', TWILIO.replace('inbound', 'inbound_track')],
    ['an escape in the payload', TWILIO.replace('//7+', '\\/\\/7+')],
    ['a quote in the payload', TWILIO.replace('//7+', 'AA\\"A')],
    ['more than base64 in the payload', TWILIO.replace('//7+', '!!!!')],
    ['no payload', TWILIO.replace('//7+/v8=', '')],
    ['no timestamp', TWILIO.replace('"timestamp":"5",', '')],
    ['an empty timestamp', TWILIO.replace('"5"', '""')],
    ['a timestamp with a sign', TWILIO.replace('"5"', '"-5"')],
    ['a timestamp that is a number', TWILIO.replace('"5"', '5')],
    ['a timestamp that is too long', TWILIO.replace('"5"', '"1234567890123456"')],
    ['a key too many at the end', TWILIO.replace(/\}$/, ',"event":"stop"}')],
    ['a key too many in the media', TWILIO.replace('"}', '","payload":"AAAA"}')],
    ['a second message behind it', TWILIO + TWILIO],
    ['an end that is missing', TWILIO.slice(0, -1)],
    ['a beginning that is missing', TWILIO.slice(1)],
    ['nothing', ''],
  ])('is left to JSON with %s', (_what, text) => {
    expect(media(text)).toBeUndefined();
  });

  it('is left to JSON for a stream whose name JSON would write differently', () => {
    expect(MediaRecogniser.of('MZ"')).toBeUndefined();
    expect(MediaRecogniser.of('')).toBeUndefined();
  });
});

describe('the agent’s audio', () => {
  const alignment = '{"chars":["H","ä"," "],"char_start_times_ms":[0,120,-1],"char_durations_ms":[]}';

  it.each([
    ['as it is specified', AGENT],
    ['with its type at the end', '{"audio_event":{"audio_base_64":"//7+/v8=","event_id":7},"type":"audio"}'],
    ['with its number first', '{"type":"audio","audio_event":{"event_id":7,"audio_base_64":"//7+/v8="}}'],
    ['with an alignment', AGENT.replace('"is_final":false', `"alignment":${alignment},"is_final":true`)],
    ['without an alignment', AGENT.replace('"is_final":false', '"alignment":null')],
    [
      'with an alignment of another form',
      AGENT.replace('"is_final":false', '"alignment":{"a":{},"b":[[1],{"c":"}"}]}'),
    ],
  ])('is recognised %s', (_what, text) => {
    expect(audio(text)).toEqual({ payload: '//7+/v8=', eventId: 7 });
    expect(audioByJson(text)).toEqual({ payload: '//7+/v8=', eventId: 7 });
  });

  it('is recognised with no sound in it, which is for the session to leave out', () => {
    expect(audio(AGENT.replace('//7+/v8=', ''))).toEqual({ payload: '', eventId: 7 });
  });

  it.each([
    ['spaces', AGENT.replaceAll(':', ': ')],
    ['escapes', AGENT.replaceAll('//', '\\/\\/')],
    ['a key that is not known', AGENT.replace('}}', '},"x":1}')],
    ['a key that is not known in the event', AGENT.replace('is_final', 'other')],
    ['its payload twice', AGENT.replace('"is_final":false', '"audio_base_64":"AAAA"')],
    ['its number twice', AGENT.replace('"is_final":false', '"event_id":8')],
    ['its type twice', AGENT.replace('}}', '},"type":"audio"}')],
    ['its event twice', AGENT.replace('}}', '},"audio_event":{"audio_base_64":"","event_id":1}}')],
    ['a number that is a string', AGENT.replace('7', '"7"')],
    ['a number that is none of JSON', AGENT.replace(':7', ':07')],
    ['a negative number', AGENT.replace(':7', ':-7')],
    ['a fraction', AGENT.replace(':7', ':7.5')],
    ['no number', AGENT.replace('"event_id":7,', '')],
    ['no payload', AGENT.replace('"audio_base_64":"//7+/v8=",', '')],
    ['an empty event', '{"type":"audio","audio_event":{}}'],
    ['more than base64', AGENT.replace('//7+', '!!!!')],
    ['a group that is not whole', AGENT.replace('//7+/v8=', '//7')],
    ['another type', AGENT.replace('"audio"', '"audio2"')],
    ['an escape in its alignment', AGENT.replace('false', '["\\n"]')],
    ['an alignment that is cut off', AGENT.replace('false', '["a"')],
    ['an alignment that nests without end', AGENT.replace('false', '['.repeat(99) + ']'.repeat(99))],
    ['a comma too many', AGENT.replace('7,', '7,,')],
    ['a comma at the end', AGENT.replace('false', 'false,')],
    ['an end that is missing', AGENT.slice(0, -1)],
    ['something behind it', `${AGENT}}`],
    ['nothing', ''],
  ])('is left to JSON with %s', (_what, text) => {
    expect(audio(text)).toBeUndefined();
  });
});

describe('what is recognised by its bytes', () => {
  const spots = (text: string) => fc.nat({ max: text.length });
  const pieces = fc.oneof(
    fc.constantFrom(
      '"',
      '\\',
      ',',
      ':',
      '{',
      '}',
      '[',
      ']',
      ' ',
      '\n',
      '=',
      '/',
      '0',
      '-',
      'é',
      '\\u0041',
      '""',
      '":"',
      '","',
    ),
    fc.constantFrom(
      '"event":"media",',
      '"payload":"AAAA",',
      '"type":"audio",',
      '"event_id":1,',
      ',"timestamp":"9"',
    ),
    fc.string({ maxLength: 3 }),
  );
  /** A right message with a few pieces cut out, put in, or taken from another place in it. */
  const spoilt = (text: string) =>
    fc
      .array(
        fc.tuple(
          spots(text),
          fc.nat({ max: 12 }),
          fc.oneof(pieces, fc.tuple(spots(text), fc.nat({ max: 30 }))),
        ),
        {
          maxLength: 3,
        },
      )
      .map((edits) =>
        edits.reduce((now, [at, out, put]) => {
          const into = typeof put === 'string' ? put : text.slice(put[0], put[0] + put[1]);
          return now.slice(0, at) + into + now.slice(at + out);
        }, text),
      );

  it('is what JSON says of media, whatever was done to it', () => {
    let recognised = 0;
    fc.assert(
      fc.property(fc.oneof(spoilt(TWILIO), spoilt(TWILIO_SID_FIRST)), (text) => {
        const seen = media(text);
        if (!seen) return;
        recognised += 1;
        expect(seen).toEqual(mediaByJson(text));
      }),
      { numRuns: 20_000 },
    );
    expect(recognised).toBeGreaterThan(1000);
  });

  it('is what JSON says of audio, whatever was done to it', () => {
    let recognised = 0;
    const aligned = AGENT.replace(
      '"is_final":false',
      '"alignment":{"chars":["a"],"char_start_times_ms":[0]}',
    );
    fc.assert(
      fc.property(fc.oneof(spoilt(AGENT), spoilt(aligned)), (text) => {
        const seen = audio(text);
        if (!seen) return;
        recognised += 1;
        expect(seen).toEqual(audioByJson(text));
      }),
      { numRuns: 20_000 },
    );
    expect(recognised).toBeGreaterThan(1000);
  });

  it('is nearly every message that Twilio and an agent send', () => {
    const payload = fc
      .uint8Array({ minLength: 1, maxLength: 400 })
      .map((bytes) => Buffer.from(bytes).toString('base64'));
    const number = fc.nat({ max: 10_000_000 });
    fc.assert(
      fc.property(payload, number, number, (payload, one, other) => {
        const line = `{"event":"media","sequenceNumber":"${one}","media":{"track":"inbound","chunk":"${one}","timestamp":"${other}","payload":"${payload}"},"streamSid":"${STREAM_SID}"}`;
        expect(media(line)).toEqual({ isInbound: true, timestamp: other, payload });
        const agent = JSON.stringify({
          type: 'audio',
          audio_event: { audio_base_64: payload, event_id: one },
        });
        expect(audio(agent)).toEqual({ payload, eventId: one });
      }),
    );
  });
});

describe('a template', () => {
  it.each([STREAM_SID, 'MZ"\\', 'ä'])('writes to a stream what JSON writes: %s', (streamSid) => {
    const { before, behind } = playTemplate(streamSid);
    expect(`${before}AAAA${behind}`).toBe(
      encodeToTwilio({ event: 'media', streamSid, media: { payload: 'AAAA' } }),
    );
  });
});
