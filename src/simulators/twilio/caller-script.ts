/**
 * What a simulated caller does, as data: how the phone is answered, what happens on the line, and which faults the carrier
 * shows. Pure types; `twilio-simulator.ts` plays them.
 */

/** What the far end does when it is rung. */
export type Answer =
  | { readonly kind: 'answers'; /** Milliseconds of ringing before the answer. */ readonly afterMs: number }
  | { readonly kind: 'busy' | 'no-answer' | 'failed' };

export type CallerStep =
  /** Stays silent for that long. */
  | { readonly step: 'waits'; readonly ms: number }
  /** Stays silent until the agent has spoken and everything sent to the line has been played. */
  | { readonly step: 'hears-agent-out' }
  /** Stays silent until that many milliseconds of the agent's voice have been played since the step began. */
  | { readonly step: 'hears-agent-for'; readonly ms: number }
  /** Speaks: a named clip of mu-law audio, or pseudo-random voice-loud bytes, no two frames alike. */
  | { readonly step: 'says'; readonly clip: string }
  | { readonly step: 'says'; readonly noiseMs: number }
  /** Presses keys, one `dtmf` message each. */
  | { readonly step: 'presses'; readonly digits: string }
  | { readonly step: 'hangs-up' }
  /** Fault: the carrier's socket dies without `stop` and without a close frame. */
  | { readonly step: 'loses-socket' }
  /** Fault: sends this text as a frame, whatever it is. */
  | { readonly step: 'sends-raw'; readonly text: string };

/** Faults of the carrier's webhooks, by the event that they concern. */
export interface CallbackFaults<Event extends string> {
  readonly doubled?: readonly Event[];
  readonly dropped?: readonly Event[];
  /** Milliseconds by which the event is delivered late, other events overtaking it. */
  readonly lateMs?: Partial<Record<Event, number>>;
}
export type StatusEvent = 'initiated' | 'ringing' | 'answered' | 'completed';
export type WebhookFaults = CallbackFaults<StatusEvent>;

export type RecordingEvent = 'in-progress' | 'completed' | 'absent';
/** Faults of the carrier's recordings and of their callbacks. */
export interface RecordingFaults extends CallbackFaults<RecordingEvent> {
  /** Every recording of the call ends up `absent`, whatever was said. */
  readonly absent?: boolean;
}

/** Faults of the media socket. */
export interface StreamFaults {
  /** Marks come back this much later than the audio ended. */
  readonly markDelayMs?: number;
  /** Marks never come back. */
  readonly losesMarks?: boolean;
  /** The socket is opened this much after the TwiML was read, `start` this much after the socket. */
  readonly openDelayMs?: number;
  readonly startDelayMs?: number;
  /** The carrier never opens the stream at all. */
  readonly neverOpens?: boolean;
}

/** What answering machine detection finds, when the call asked for it. Default: a human, at once. */
export interface Detection {
  readonly answeredBy:
    | 'human'
    | 'machine_start'
    | 'machine_end_beep'
    | 'machine_end_silence'
    | 'machine_end_other'
    | 'fax'
    | 'unknown';
  /** Milliseconds from the answer to the verdict. */
  readonly afterMs: number;
}

/** What becomes of a `<Dial>`. Default: answered at once, and hung up by the other side 50 ms later. */
export interface DialResult {
  readonly outcome: 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled';
  /** Milliseconds of ringing. */
  readonly afterMs?: number;
  /** Milliseconds of conversation, when it was answered. */
  readonly talkMs?: number;
  /** Keys that the person presses when a whisper asks for some. Without them the person hangs up when asked. */
  readonly presses?: string;
}

export interface CallerScript {
  readonly answer: Answer;
  /**
   * Played on the line, in order, while a media stream is open; a second stream of the call goes on where the first one
   * ended. Afterwards the caller stays silent until the call ends.
   */
  readonly steps: readonly CallerStep[];
  /** The caller hangs up after so many milliseconds of an answered call without a media stream. Default: never. */
  readonly patienceMs?: number;
  readonly detection?: Detection;
  /** One, or one after the other of several dials of the call. */
  readonly dial?: DialResult | readonly DialResult[];
  readonly webhooks?: WebhookFaults;
  readonly recording?: RecordingFaults;
  readonly stream?: StreamFaults;
}
