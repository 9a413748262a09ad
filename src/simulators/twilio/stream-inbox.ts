/**
 * A frame from the service, judged as strictly as Twilio does: media, mark, clear, or the code of the warning that it raises.
 * It keeps no state and acts on nothing.
 */
import type { RawData } from 'ws';
import { WireError } from '../../protocol/decoding.js';
import { decodeToTwilio } from '../../protocol/twilio/media-stream.codec.js';

export type FromService =
  | { readonly kind: 'media'; readonly payload: Buffer }
  | { readonly kind: 'mark'; readonly name: string }
  | { readonly kind: 'clear' }
  | { readonly kind: 'invalid'; readonly code: number; readonly detail: string };

function invalid(code: number, detail: string): FromService {
  return { kind: 'invalid', code, detail };
}

function textOf(raw: RawData): string {
  if (Buffer.isBuffer(raw)) return raw.toString('utf8');
  return Buffer.from(Array.isArray(raw) ? Buffer.concat(raw) : new Uint8Array(raw)).toString('utf8');
}

/** The decoder skips what is not base64, so a length that does not fit shows foreign characters. */
function decodePayload(payload: string): Buffer | undefined {
  const sound = Buffer.from(payload, 'base64');
  const expected = Math.floor((payload.replace(/=+$/, '').length * 3) / 4);
  return sound.length > 0 && sound.length === expected ? sound : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function read(text: string, streamSid: string): FromService {
  const message = decodeToTwilio(text);
  if (message.streamSid !== streamSid)
    return invalid(31951, `streamSid ${message.streamSid} is not this stream's`);
  if (message.event === 'clear') return { kind: 'clear' };
  if (message.event === 'mark') {
    const { name } = message.mark;
    return name === '' ? invalid(31951, 'the mark has no name') : { kind: 'mark', name };
  }
  const payload = decodePayload(message.media.payload);
  return payload ? { kind: 'media', payload } : invalid(31951, 'the payload is not base64 of some audio');
}

/** 31950 is for what cannot be decoded at all, 31951 for messages that are not among the three. */
export function readFromService(raw: RawData, isBinary: boolean, streamSid: string): FromService {
  if (isBinary) return invalid(31950, 'a binary frame');
  const text = textOf(raw);
  try {
    return read(text, streamSid);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return invalid(isJson(text) ? 31951 : 31950, error.message);
  }
}
