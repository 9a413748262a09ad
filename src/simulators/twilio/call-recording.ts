/**
 * One recording by Twilio: what was asked for, how far it is, and its sound once it is over. It runs no timers and tells nobody; the
 * call's recordings do.
 */
import type { StreamRecord } from './call-record.js';
import { renderRecording, type LineRecording } from './line-recording.js';
import { onlyTrack, pcmWav, secondsOf, trimmed } from './recording-media.js';
import type { RecordingRequest } from './recording-request.js';
import { newSid } from './sid.js';

export type RecordingStatus = 'in-progress' | 'processing' | 'completed' | 'absent' | 'deleted';
export type RecordingSource = 'OutboundAPI' | 'StartCallRecordingAPI';

export interface RecordedCall {
  readonly sid: string;
  readonly accountSid: string;
  /** Grows while the call lasts. */
  readonly streams: readonly StreamRecord[];
}

const NO_SOUND: LineRecording = { caller: Buffer.alloc(0), agent: Buffer.alloc(0) };

export class CallRecording {
  readonly sid = newSid('RE');
  readonly callSid: string;
  readonly accountSid: string;
  readonly startedAtEpochMs: number;
  updatedAtEpochMs: number;
  /** When it became `completed`; its price is known some time after. */
  completedAtEpochMs: number | undefined;
  /** Length of the sound, known from the end of the recording on; 0 when there is none. */
  seconds: number | undefined;

  private current: RecordingStatus = 'in-progress';
  private line = NO_SOUND;
  /** In ms of `performance.now()`, like the times of the sound itself. */
  private readonly startedAtMs = performance.now();

  /** Begins to record. @param now milliseconds since the Unix epoch */
  constructor(
    private readonly call: RecordedCall,
    readonly request: RecordingRequest,
    readonly source: RecordingSource,
    private readonly now: () => number,
  ) {
    this.callSid = call.sid;
    this.accountSid = call.accountSid;
    this.startedAtEpochMs = now();
    this.updatedAtEpochMs = this.startedAtEpochMs;
  }

  get status(): RecordingStatus {
    return this.current;
  }

  /** A single track has one channel, whatever was asked for (a guess). */
  get channels(): 1 | 2 {
    return this.request.isDual && this.request.track === 'both' ? 2 : 1;
  }

  /** Ends it and fixes its sound; processing begins. @param isLost keeps nothing of it */
  cut(isLost: boolean): void {
    const { track, trim } = this.request;
    const whole = renderRecording(this.call.streams, { fromMs: this.startedAtMs, toMs: performance.now() });
    const kept = onlyTrack(whole, track);
    if (!isLost) this.line = trim === 'trim-silence' ? trimmed(kept) : kept;
    this.seconds = secondsOf(this.line);
    this.enter('processing');
  }

  /** Processing is over. What holds no sound is `absent` (a guess). */
  settle(): 'completed' | 'absent' {
    const status = this.seconds === 0 ? 'absent' : 'completed';
    this.enter(status);
    if (status === 'completed') this.completedAtEpochMs = this.updatedAtEpochMs;
    return status;
  }

  /** The sound goes, the facts stay. */
  delete(): void {
    this.line = NO_SOUND;
    this.enter('deleted');
  }

  /** The file, 16-bit PCM. */
  wav(channels: 1 | 2): Buffer {
    return pcmWav(this.line, channels);
  }

  private enter(status: RecordingStatus): void {
    this.current = status;
    this.updatedAtEpochMs = this.now();
  }
}
