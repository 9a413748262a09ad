/**
 * Text frames of Twilio Media Streams to typed messages and back, for both ends of the wire. Unknown events are a normal
 * result; a known event without a field that it must have raises a WireError.
 */
import {
  numberField,
  objectField,
  optionalObject,
  optionalString,
  parseObject,
  stringField,
  stringMap,
  WireError,
  type JsonObject,
} from '../decoding.js';
import type {
  FromTwilio,
  MediaFormat,
  StreamStart,
  ToTwilio,
  UnknownFromTwilio,
} from './media-stream.messages.js';

type Reader = (message: JsonObject) => FromTwilio;

function head(message: JsonObject): { sequenceNumber: string; streamSid: string } {
  return {
    sequenceNumber: optionalString(message, 'sequenceNumber') ?? '',
    streamSid: stringField(message, 'streamSid'),
  };
}

function readFormat(start: JsonObject): MediaFormat {
  const format = optionalObject(start, 'mediaFormat');
  if (Object.keys(format).length === 0) return { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
  return {
    encoding: stringField(format, 'encoding'),
    sampleRate: numberField(format, 'sampleRate'),
    channels: numberField(format, 'channels'),
  };
}

function readStart(message: JsonObject): StreamStart {
  const start = objectField(message, 'start');
  const tracks = start['tracks'];
  return {
    streamSid: optionalString(start, 'streamSid') ?? stringField(message, 'streamSid'),
    accountSid: stringField(start, 'accountSid'),
    callSid: stringField(start, 'callSid'),
    tracks: Array.isArray(tracks) ? tracks.filter((track): track is string => typeof track === 'string') : [],
    customParameters: stringMap(optionalObject(start, 'customParameters')),
    mediaFormat: readFormat(start),
  };
}

const READERS: Readonly<Record<string, Reader>> = {
  connected: (message) => ({
    event: 'connected',
    protocol: optionalString(message, 'protocol') ?? '',
    version: optionalString(message, 'version') ?? '',
  }),
  start: (message) => ({ event: 'start', ...head(message), start: readStart(message) }),
  media: (message) => {
    const media = objectField(message, 'media');
    return {
      event: 'media',
      ...head(message),
      media: {
        track: optionalString(media, 'track') ?? 'inbound',
        chunk: optionalString(media, 'chunk') ?? '',
        timestamp: optionalString(media, 'timestamp') ?? '',
        payload: stringField(media, 'payload'),
      },
    };
  },
  dtmf: (message) => {
    const dtmf = objectField(message, 'dtmf');
    return {
      event: 'dtmf',
      ...head(message),
      dtmf: { track: optionalString(dtmf, 'track') ?? '', digit: stringField(dtmf, 'digit') },
    };
  },
  mark: (message) => ({
    event: 'mark',
    ...head(message),
    mark: { name: stringField(objectField(message, 'mark'), 'name') },
  }),
  stop: (message) => {
    const stop = optionalObject(message, 'stop');
    return {
      event: 'stop',
      ...head(message),
      stop: {
        accountSid: optionalString(stop, 'accountSid') ?? '',
        callSid: optionalString(stop, 'callSid') ?? '',
      },
    };
  },
};

/** @throws WireError when the text is not JSON or a known event lacks a field. */
export function decodeFromTwilio(text: string): FromTwilio | UnknownFromTwilio {
  const message = parseObject(text);
  const event = stringField(message, 'event');
  const read = Object.hasOwn(READERS, event) ? READERS[event] : undefined;
  return read ? read(message) : { event: 'unknown', name: event };
}

export function encodeFromTwilio(message: FromTwilio): string {
  return JSON.stringify(message);
}

function exactKeys(message: JsonObject, ...names: readonly string[]): void {
  const extra = Object.keys(message).find((key) => !names.includes(key));
  if (extra !== undefined) throw new WireError(`${extra}: not a field of this message`);
}

/** As strict as Twilio is: extra fields are refused. @throws WireError */
export function decodeToTwilio(text: string): ToTwilio {
  const message = parseObject(text);
  const event = stringField(message, 'event');
  const streamSid = stringField(message, 'streamSid');
  switch (event) {
    case 'media': {
      const media = objectField(message, 'media');
      exactKeys(message, 'event', 'streamSid', 'media');
      exactKeys(media, 'payload');
      return { event, streamSid, media: { payload: stringField(media, 'payload') } };
    }
    case 'mark': {
      const mark = objectField(message, 'mark');
      exactKeys(message, 'event', 'streamSid', 'mark');
      exactKeys(mark, 'name');
      return { event, streamSid, mark: { name: stringField(mark, 'name') } };
    }
    case 'clear': {
      exactKeys(message, 'event', 'streamSid');
      return { event, streamSid };
    }
    default: {
      throw new WireError(`event: ${event} is not one of media, mark, clear`);
    }
  }
}

export function encodeToTwilio(message: ToTwilio): string {
  return JSON.stringify(message);
}

export interface PlayTemplate {
  readonly before: string;
  readonly behind: string;
}

/** What stands around the payload of a `media` to this stream. Base64 needs no escaping, so it can be put between as it is. */
export function playTemplate(streamSid: string): PlayTemplate {
  const sid = JSON.stringify(streamSid);
  return { before: `{"event":"media","streamSid":${sid},"media":{"payload":"`, behind: '"}}' };
}
