/**
 * Records one call as it goes: hears its media, and writes what cannot change any more to the file, once a second. A frame is decoded into
 * its place behind its relaying, which is cheaper than to keep its text for a second; mixing and writing wait for their turn, and a disk
 * that fails ends the recording and never the call.
 */
import { CallTracks } from '../core/audio/call-tracks.js';
import { giveBackPairs } from '../core/audio/pair-pool.js';
import type { MediaTap } from '../core/bridge/media-tap.js';
import type { Cancel, Clock } from '../core/clock.js';
import type { WavFile } from './wav-file.js';
import { SAMPLE_RATE_HZ } from './wav-format.js';

export type RecordingOutcome =
  | { readonly status: 'ready'; readonly frames: number }
  /** Nothing was ever heard, and the file holds nothing. */
  | { readonly status: 'absent' }
  | { readonly status: 'failed'; readonly error: unknown };

export interface RecorderParts {
  readonly clock: Clock;
  /** When in each second it is this recording's turn, 0 to 999 ms: calls that begin together do not write together. */
  readonly phaseMs: number;
  /** When the first stream of the call began, if that is known. */
  readonly originMs: number | null;
  open(): Promise<WavFile>;
  /** The file is there. */
  began(): void;
  /** Comes once, after the file was closed. */
  over(outcome: RecordingOutcome): Promise<void>;
}

const TURN_MS = 1000;
/** Sound that waits for a disk is given up when the caller alone has spoken for so long; the agent's are bounded by themselves. */
const MOST_WAITING_SAMPLES = 60 * SAMPLE_RATE_HZ;
/** Silence between two streams of a call is written in pieces of so many samples. */
const SILENCE_SAMPLES = 10 * SAMPLE_RATE_HZ;

export class CallRecorder implements MediaTap {
  private tracks: CallTracks | undefined;
  private endMs: number | undefined;
  private work: Promise<void> = Promise.resolve();
  private stopWaiting: (() => void) | undefined;
  private tooSlow = false;

  constructor(private readonly parts: RecorderParts) {}

  lineStarted(atMs: number): void {
    if (this.tracks || this.endMs !== undefined) return;
    const tracks = new CallTracks(atMs);
    this.tracks = tracks;
    this.work = this.record(tracks, atMs).then((outcome) => this.parts.over(outcome));
  }

  callerAudio(payload: string, timestampMs: number, atMs: number): void {
    if (this.endMs !== undefined || !this.tracks) return;
    this.tracks.callerAudio(payload, timestampMs, atMs);
    if (this.tracks.waiting <= MOST_WAITING_SAMPLES) return;
    this.tooSlow = true;
    this.ended(atMs);
  }

  agentAudio(payload: string, fromMs: number): void {
    if (this.endMs === undefined) this.tracks?.agentAudio(payload, fromMs);
  }

  cleared(clearedMs: number, atMs: number): void {
    if (this.endMs === undefined) this.tracks?.cleared(clearedMs, atMs);
  }

  ended(atMs: number): void {
    if (this.endMs !== undefined) return;
    this.endMs = atMs;
    this.stopWaiting?.();
    if (!this.tracks) this.work = this.parts.over({ status: 'absent' });
  }

  /** Resolves once the file is closed and its outcome told. */
  get finished(): Promise<void> {
    return this.work;
  }

  private async record(tracks: CallTracks, startedMs: number): Promise<RecordingOutcome> {
    let file: WavFile | undefined;
    try {
      file = await this.parts.open();
      await this.bridgeGap(file, startedMs);
      const before = file.frames;
      this.parts.began();
      while (this.endMs === undefined) {
        await this.turn();
        // One moment for the whole turn: while the disk writes, time goes on, and there would always be a little more to write.
        const nowMs = this.parts.clock.now();
        await this.write(file, () => tracks.take(nowMs));
      }
      if (this.tooSlow) throw new Error('the disk takes longer to write than the call takes to speak');
      const { endMs } = this;
      const hasSound = before > 0 || tracks.hasMedia;
      if (hasSound) await this.write(file, () => tracks.takeRest(endMs));
      await file.finish();
      return hasSound ? { status: 'ready', frames: file.frames } : { status: 'absent' };
    } catch (error) {
      this.endMs ??= this.parts.clock.now();
      await file?.finish().catch(() => undefined);
      return { status: 'failed', error };
    }
  }

  private async write(file: WavFile, take: () => Int16Array | undefined): Promise<void> {
    for (let pairs = take(); pairs && !this.tooSlow; pairs = take()) {
      await file.append(pairs);
      giveBackPairs(pairs);
    }
  }

  /** A later stream of the call goes on in the same file: the time in between was silent. */
  private async bridgeGap(file: WavFile, startedMs: number): Promise<void> {
    const { originMs } = this.parts;
    if (originMs === null || file.frames === 0) return;
    let missing = Math.round(((startedMs - originMs) * SAMPLE_RATE_HZ) / 1000) - file.frames;
    for (; missing > 0; missing -= SILENCE_SAMPLES)
      await file.append(new Int16Array(Math.min(missing, SILENCE_SAMPLES) * 2));
  }

  /** Until the next time at which this recording is on turn, or the end. */
  private turn(): Promise<void> {
    const { clock, phaseMs } = this.parts;
    if (this.endMs !== undefined) return Promise.resolve();
    const into = (clock.now() - phaseMs) % TURN_MS;
    return new Promise((resolve) => {
      const cancel: Cancel = clock.after(TURN_MS - into, resolve);
      this.stopWaiting = () => {
        cancel();
        resolve();
      };
    });
  }
}
