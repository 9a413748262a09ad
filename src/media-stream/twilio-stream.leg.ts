/**
 * A phone line behind the `CarrierLeg` port: one Media Streams socket of Twilio. Translates; decides nothing about the call.
 * Listeners are attached by the constructor, in the tick in which the socket came, and none of them can throw.
 */
import { Base64Bytes, type Base64Audio } from '../core/audio/base64-audio.js';
import type { CarrierEvents, CarrierLeg } from '../core/bridge/legs.js';
import { WireError } from '../protocol/decoding.js';
import { MediaRecogniser } from '../protocol/twilio/media-bytes.js';
import { decodeFromTwilio, encodeToTwilio, playTemplate } from '../protocol/twilio/media-stream.codec.js';
import {
  TWILIO_MEDIA_FORMAT,
  type TwilioMedia,
  type TwilioStart,
} from '../protocol/twilio/media-stream.messages.js';
import type { TextSocket } from '../sockets/text-socket.js';

export type LineOddity = 'unknown' | 'malformed' | 'binary' | 'out-of-place';

export interface LineParts {
  readonly socket: TextSocket;
  /** What `start` must say; a stream of another call or account is refused. */
  readonly accountSid: string;
  readonly carrierCallSid: string | null;
  events(): CarrierEvents;
  odd(kind: LineOddity): void;
  /** The socket is closed, whoever did it. */
  closed(): void;
}

/**
 * No size limit of Twilio's is documented, and agents have sent half a minute in one frame. Three seconds a message keep marks
 * fine-grained; a multiple of four characters keeps base64 whole.
 */
const MAX_PAYLOAD_CHARS = 32_000;
/** Ten minutes of audio, as much as Twilio's own buffer takes: a peer that reads none of it is gone. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
/** The agent's leg writes payloads into JSON by template, so nothing else may pass. */
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Malformed frames may be an accident; this many are not. */
const MAX_MALFORMED = 100;

export class TwilioStreamLeg implements CarrierLeg {
  private streamSid = '';
  private recogniser: MediaRecogniser | undefined;
  private template = playTemplate('');
  private before = Buffer.from(this.template.before);
  private readonly behind = Buffer.from(this.template.behind);
  private malformed = 0;
  private told = false;

  constructor(private readonly parts: LineParts) {
    parts.socket.listen({
      text: (bytes, from, to) => {
        try {
          this.receive(bytes, from, to);
        } catch (error) {
          this.failed(error);
        }
      },
      binary: () => parts.odd('binary'),
      failed: () => parts.odd('malformed'),
      closed: (code) => this.closed(code),
    });
  }

  play(payload: Base64Audio): void {
    if (typeof payload === 'string') {
      const { before, behind } = this.template;
      for (let from = 0; from < payload.length; from += MAX_PAYLOAD_CHARS)
        this.send(before + payload.slice(from, from + MAX_PAYLOAD_CHARS) + behind);
      return;
    }
    const { bytes, to } = payload;
    for (let { from } = payload; from < to; from += MAX_PAYLOAD_CHARS)
      this.writable()?.sendAround(
        this.before,
        bytes,
        from,
        Math.min(to, from + MAX_PAYLOAD_CHARS),
        this.behind,
      );
  }

  mark(name: string): void {
    this.send(encodeToTwilio({ event: 'mark', streamSid: this.streamSid, mark: { name } }));
  }

  clear(): void {
    this.send(encodeToTwilio({ event: 'clear', streamSid: this.streamSid }));
    // The caller is speaking: nothing may keep this waiting, however much is read in this turn.
    this.parts.socket.flush();
  }

  close(): void {
    this.parts.socket.close(1000);
  }

  private send(text: string): void {
    this.writable()?.send(text);
  }

  /** Undefined while nothing can be sent; a line that is behind by too much is given up. */
  private writable(): TextSocket | undefined {
    const { socket } = this.parts;
    if (!socket.isOpen) return undefined;
    if (socket.bufferedAmount <= MAX_BUFFERED_BYTES) return socket;
    this.fail('stream-overloaded', 'Twilio does not read fast enough.');
    return undefined;
  }

  private receive(bytes: Buffer, from: number, to: number): void {
    const media = this.recogniser?.read(bytes, from, to);
    if (!media) this.receiveText(bytes.toString('utf8', from, to));
    else if (media.isInbound) {
      const payload = new Base64Bytes(bytes, media.from, media.to);
      this.parts.events().callerAudio(payload, media.timestamp);
    }
  }

  private receiveText(text: string): void {
    const message = decodeFromTwilio(text);
    const events = this.parts.events();
    switch (message.event) {
      case 'media': {
        this.heard(message, events);
        break;
      }
      case 'start': {
        this.started(message, events);
        break;
      }
      case 'mark': {
        events.markPlayed(message.mark.name);
        break;
      }
      case 'dtmf': {
        events.digit(message.dtmf.digit);
        break;
      }
      case 'stop': {
        this.told = true;
        events.lineStopped();
        break;
      }
      case 'unknown': {
        this.parts.odd('unknown');
        break;
      }
      case 'connected': {
        break;
      }
    }
  }

  private heard({ streamSid, media }: TwilioMedia, events: CarrierEvents): void {
    if (streamSid !== this.streamSid) this.parts.odd('out-of-place');
    else if (!BASE64.test(media.payload)) this.parts.odd('malformed');
    else if (media.track === 'inbound') events.callerAudio(media.payload, stampOf(media.timestamp));
  }

  private started({ start }: TwilioStart, events: CarrierEvents): void {
    if (this.streamSid !== '') {
      this.parts.odd('out-of-place');
      return;
    }
    const { accountSid, carrierCallSid } = this.parts;
    if (start.accountSid !== accountSid || (carrierCallSid !== null && start.callSid !== carrierCallSid)) {
      this.fail('bad-stream-token', 'The stream belongs to another call than its token.');
      return;
    }
    const { encoding, sampleRate, channels } = start.mediaFormat;
    const wanted = TWILIO_MEDIA_FORMAT;
    if (encoding !== wanted.encoding || sampleRate !== wanted.sampleRate || channels !== wanted.channels) {
      this.fail('stream-format', `The stream is ${encoding} at ${sampleRate} Hz with ${channels} channels.`);
      return;
    }
    this.streamSid = start.streamSid;
    this.recogniser = MediaRecogniser.of(start.streamSid);
    this.template = playTemplate(start.streamSid);
    this.before = Buffer.from(this.template.before);
    events.lineStarted({
      streamSid: start.streamSid,
      carrierCallSid: start.callSid,
      customParameters: start.customParameters,
    });
  }

  private fail(code: 'stream-overloaded' | 'bad-stream-token' | 'stream-format', detail: string): void {
    this.told = true;
    this.parts.events().lineFailed({ code, detail });
    this.parts.socket.close(1008);
  }

  private closed(code: number): void {
    this.parts.closed();
    if (this.told) return;
    // Whether Twilio says `stop` before every close is not verified: a clean close is taken for the same.
    const clean = code === 1000 || code === 1001 || code === 1005;
    this.parts.events().lineGone(clean, `Twilio's media stream broke off (close code ${code}).`);
  }

  private failed(error: unknown): void {
    this.parts.odd('malformed');
    this.malformed += 1;
    if (error instanceof WireError && this.malformed < MAX_MALFORMED) return;
    this.parts.socket.close(error instanceof WireError ? 1008 : 1011);
  }
}

/** A decimal text on the wire; what is missing or malformed becomes NaN. */
function stampOf(timestamp: string): number {
  return timestamp === '' ? Number.NaN : Number(timestamp);
}
