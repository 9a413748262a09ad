/**
 * The agent's `audio`, recognised by its bytes: it is most of what an agent sends, and nearly all of it is one long string. The order
 * of the keys is not verified, so it is free; a key that is not known, or comes twice, makes it a case for `decodeFromAgent`.
 */
import { arePaddedBase64 } from '../base64-text.js';
import { after, literal, numberOf } from '../byte-text.js';
import { afterInteger, afterPlainValue } from '../plain-json.js';

export interface AudioFrame {
  /** Where its payload lies: base64 and nothing else; may be empty. */
  readonly from: number;
  readonly to: number;
  readonly eventId: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const TYPE = literal('"type":"audio"');
const EVENT = literal('"audio_event":{');
const PAYLOAD = literal('"audio_base_64":"');
const EVENT_ID = literal('"event_id":');
/** Of no use to a line, so that what they say is stepped over. */
const UNUSED = [literal('"is_final":'), literal('"alignment":')];

/** @returns undefined for whatever is not plainly such a message. */
export function recogniseAudio(bytes: Buffer, from: number, to: number): AudioFrame | undefined {
  if (bytes[from] !== OPEN || bytes[to - 1] !== CLOSE) return undefined;
  const first = after(bytes, from + 1, TYPE);
  const event = after(bytes, first < 0 ? from + 1 : first + 1, EVENT);
  if (event < 0 || (first >= 0 && bytes[first] !== COMMA)) return undefined;
  const scan = scanEvent(bytes, event, to);
  if (!scan) return undefined;
  const { end, start, stop, eventId } = scan;
  const last = first < 0 ? after(bytes, end + 1, TYPE) : end;
  if (last !== to - 1 || (first < 0 && bytes[end] !== COMMA)) return undefined;
  return arePaddedBase64(bytes, start, stop) ? { from: start, to: stop, eventId } : undefined;
}

interface Scan {
  /** Of the payload; -1 until it was seen. */
  start: number;
  stop: number;
  eventId: number;
  /** Behind the brace of the event. */
  end: number;
}

function scanEvent(bytes: Buffer, from: number, to: number): Scan | undefined {
  const scan: Scan = { start: -1, stop: -1, eventId: -1, end: -1 };
  let at = from;
  do {
    at = afterMember(bytes, at, scan);
    if (at < 0 || at >= to) return undefined;
    at += 1;
  } while (bytes[at - 1] === COMMA);
  scan.end = at;
  return bytes[at - 1] === CLOSE && scan.start >= 0 && scan.eventId >= 0 ? scan : undefined;
}

function afterMember(bytes: Buffer, at: number, scan: Scan): number {
  const payload = after(bytes, at, PAYLOAD);
  if (payload >= 0) {
    if (scan.start >= 0) return -1;
    scan.start = payload;
    scan.stop = bytes.indexOf(QUOTE, payload);
    return scan.stop < 0 ? -1 : scan.stop + 1;
  }
  const id = after(bytes, at, EVENT_ID);
  if (id < 0) return afterUnused(bytes, at);
  const end = afterInteger(bytes, id);
  if (end < 0 || scan.eventId >= 0) return -1;
  scan.eventId = numberOf(bytes, id, end);
  return end;
}

function afterUnused(bytes: Buffer, at: number): number {
  for (const name of UNUSED) {
    const value = after(bytes, at, name);
    if (value >= 0) return afterPlainValue(bytes, value);
  }
  return -1;
}
