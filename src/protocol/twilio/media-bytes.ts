/**
 * Twilio's `media`, recognised by its bytes: fifty times a second and call it is the same text but for three numbers and the sound.
 * In which order Twilio writes the keys is not verified beyond its documentation, so both orders that were seen are known; anything
 * else is no error but a case for `decodeFromTwilio`.
 */
import { arePaddedBase64 } from '../base64-text.js';
import { after, afterDigits, literal, numberOf } from '../byte-text.js';

/** What a line needs of a frame; all else in it was checked. */
export interface MediaFrame {
  readonly isInbound: boolean;
  readonly timestamp: number;
  /** Where its payload lies: base64 and nothing else, never empty. */
  readonly from: number;
  readonly to: number;
}

const EVENT = literal('{"event":"media","sequenceNumber":"');
const TO_MEDIA = literal('"media":{"track":"');
const INBOUND = literal('inbound","chunk":"');
const OUTBOUND = literal('outbound","chunk":"');
const TIMESTAMP = literal('","timestamp":"');
const PAYLOAD = literal('","payload":"');
const COMMA = literal('",');
const END = literal('"}}');
const PLAIN_SID = /^[A-Za-z0-9]+$/;

/** Knows the frames of one stream. */
export class MediaRecogniser {
  private readonly sidFirst: Uint8Array;
  private readonly sidLast: Uint8Array;

  private constructor(streamSid: string) {
    this.sidFirst = literal(`"streamSid":"${streamSid}",`);
    this.sidLast = literal(`"},"streamSid":"${streamSid}"}`);
  }

  /** Undefined for a name that JSON would have to write differently: its frames are all for JSON then. */
  static of(streamSid: string): MediaRecogniser | undefined {
    return PLAIN_SID.test(streamSid) ? new MediaRecogniser(streamSid) : undefined;
  }

  /** @returns undefined for whatever is not exactly such a frame of this stream. */
  read(bytes: Buffer, from: number, to: number): MediaFrame | undefined {
    const head = after(bytes, afterDigits(bytes, after(bytes, from, EVENT)), COMMA);
    if (head < 0) return undefined;
    const media = after(bytes, head, this.sidFirst);
    const end = media < 0 ? this.sidLast : END;
    const track = after(bytes, media < 0 ? head : media, TO_MEDIA);
    const inbound = after(bytes, track, INBOUND);
    const chunk = inbound < 0 ? after(bytes, track, OUTBOUND) : inbound;
    const stamp = after(bytes, afterDigits(bytes, chunk), TIMESTAMP);
    const stampEnd = afterDigits(bytes, stamp);
    const start = after(bytes, stampEnd, PAYLOAD);
    const stop = to - end.length;
    if (start < 0 || stop <= start || after(bytes, stop, end) < 0) return undefined;
    if (!arePaddedBase64(bytes, start, stop)) return undefined;
    return { isInbound: inbound >= 0, timestamp: numberOf(bytes, stamp, stampEnd), from: start, to: stop };
  }
}
