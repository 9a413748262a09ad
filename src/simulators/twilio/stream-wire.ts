/**
 * The messages of one stream in Twilio's spelling, numbered. Media goes by template, since it is made fifty times a second for every line;
 * everything else by the codec. It holds the counters and sends nothing.
 */
import { encodeFromTwilio } from '../../protocol/twilio/media-stream.codec.js';
import { TWILIO_MEDIA_FORMAT } from '../../protocol/twilio/media-stream.messages.js';

export interface StreamIdentity {
  readonly streamSid: string;
  readonly callSid: string;
  readonly accountSid: string;
}

export class StreamWire {
  private sequence = 0;
  private chunk = 0;

  constructor(private readonly identity: StreamIdentity) {}

  private next(): string {
    this.sequence += 1;
    return String(this.sequence);
  }

  connected(): string {
    return encodeFromTwilio({ event: 'connected', protocol: 'Call', version: '1.0.0' });
  }

  start(customParameters: Readonly<Record<string, string>>): string {
    const { streamSid, accountSid, callSid } = this.identity;
    return encodeFromTwilio({
      event: 'start',
      sequenceNumber: this.next(),
      start: {
        accountSid,
        streamSid,
        callSid,
        tracks: ['inbound'],
        mediaFormat: TWILIO_MEDIA_FORMAT,
        customParameters,
      },
      streamSid,
    });
  }

  /** @param timestampMs since the stream began @param payload base64; nothing in it needs escaping */
  media(timestampMs: number, payload: string): string {
    this.chunk += 1;
    return (
      `{"event":"media","sequenceNumber":"${this.next()}","streamSid":"${this.identity.streamSid}","media":` +
      `{"track":"inbound","chunk":"${this.chunk}","timestamp":"${timestampMs}","payload":"${payload}"}}`
    );
  }

  dtmf(digit: string): string {
    const { streamSid } = this.identity;
    return encodeFromTwilio({
      event: 'dtmf',
      streamSid,
      sequenceNumber: this.next(),
      dtmf: { track: 'inbound_track', digit },
    });
  }

  mark(name: string): string {
    const { streamSid } = this.identity;
    return encodeFromTwilio({ event: 'mark', sequenceNumber: this.next(), streamSid, mark: { name } });
  }

  stop(): string {
    const { streamSid, accountSid, callSid } = this.identity;
    return encodeFromTwilio({
      event: 'stop',
      sequenceNumber: this.next(),
      streamSid,
      stop: { accountSid, callSid },
    });
  }
}
