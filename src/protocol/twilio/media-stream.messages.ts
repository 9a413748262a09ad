/**
 * Twilio Media Streams, every message of a bidirectional stream, in Twilio's spelling.
 * Source: Twilio docs "Media Streams - WebSocket Messages" and error pages 31950 and 31951 (read November 2026).
 * Numbers outside `mediaFormat` are decimal strings on the wire.
 */

export interface MediaFormat {
  readonly encoding: string;
  readonly sampleRate: number;
  readonly channels: number;
}

export interface StreamStart {
  readonly streamSid: string;
  readonly accountSid: string;
  readonly callSid: string;
  readonly tracks: readonly string[];
  readonly customParameters: Readonly<Record<string, string>>;
  readonly mediaFormat: MediaFormat;
}

export interface TwilioConnected {
  readonly event: 'connected';
  readonly protocol: string;
  readonly version: string;
}
export interface TwilioStart {
  readonly event: 'start';
  readonly sequenceNumber: string;
  readonly streamSid: string;
  readonly start: StreamStart;
}
export interface TwilioMedia {
  readonly event: 'media';
  readonly sequenceNumber: string;
  readonly streamSid: string;
  readonly media: {
    readonly track: string;
    readonly chunk: string;
    /** Milliseconds since the stream began. */
    readonly timestamp: string;
    /** Base64 of raw G.711 mu-law, 8000 Hz, mono. */
    readonly payload: string;
  };
}
export interface TwilioDtmf {
  readonly event: 'dtmf';
  readonly sequenceNumber: string;
  readonly streamSid: string;
  readonly dtmf: { readonly track: string; readonly digit: string };
}
export interface TwilioMark {
  readonly event: 'mark';
  readonly sequenceNumber: string;
  readonly streamSid: string;
  readonly mark: { readonly name: string };
}
export interface TwilioStop {
  readonly event: 'stop';
  readonly sequenceNumber: string;
  readonly streamSid: string;
  readonly stop: { readonly accountSid: string; readonly callSid: string };
}

export type FromTwilio = TwilioConnected | TwilioStart | TwilioMedia | TwilioDtmf | TwilioMark | TwilioStop;

/** An event that this version does not know. It is counted and otherwise ignored. */
export interface UnknownFromTwilio {
  readonly event: 'unknown';
  readonly name: string;
}

export interface PlayMedia {
  readonly event: 'media';
  readonly streamSid: string;
  readonly media: { readonly payload: string };
}
export interface PlayMark {
  readonly event: 'mark';
  readonly streamSid: string;
  readonly mark: { readonly name: string };
}
export interface ClearAudio {
  readonly event: 'clear';
  readonly streamSid: string;
}

/** Exactly these three; a missing or an extra field raises Twilio's warning 31951. */
export type ToTwilio = PlayMedia | PlayMark | ClearAudio;

/** The one format of a Twilio stream. */
export const TWILIO_MEDIA_FORMAT: MediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
