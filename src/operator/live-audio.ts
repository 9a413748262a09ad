/**
 * Live audio of one call for one listener: both voices in step, half a second behind, in pieces of a fifth of a second. Decoding and
 * mixing are as for a recording; a listener that does not read fast enough is dropped, and the call never waits for one.
 */
import { CallTracks } from '../core/audio/call-tracks.js';
import { giveBackPairs } from '../core/audio/pair-pool.js';
import type { MediaTap } from '../core/bridge/media-tap.js';
import type { Cancel, Clock } from '../core/clock.js';

export interface AudioSink {
  /** 16-bit pairs, caller left and agent right, at 8000 Hz, little-endian. */
  send(pairs: Buffer): void;
  /** Bytes that were sent and not read yet. */
  readonly waitingBytes: number;
  end(reason: LeftBecause): void;
}

/** `gone`: the listener closed. `call-over`: there is nothing more to hear. `too-slow`: it did not read. */
export type LeftBecause = 'gone' | 'call-over' | 'too-slow';

const TURN_MS = 200;
/** Five seconds of two voices: more than any network hiccup, less than any memory. */
const MOST_WAITING_BYTES = 160_000;

export class LiveAudio implements MediaTap {
  private readonly tracks: CallTracks;
  private cancel: Cancel | undefined;
  private isOver = false;

  constructor(
    private readonly clock: Clock,
    private readonly sink: AudioSink,
    private readonly over: (reason: LeftBecause) => void,
  ) {
    this.tracks = new CallTracks(clock.now());
    this.schedule();
  }

  lineStarted(): void {
    // Whoever listens came later.
  }

  callerAudio(payload: string, timestampMs: number, atMs: number): void {
    this.tracks.callerAudio(payload, timestampMs, atMs);
  }

  agentAudio(payload: string, fromMs: number): void {
    this.tracks.agentAudio(payload, fromMs);
  }

  cleared(clearedMs: number, atMs: number): void {
    this.tracks.cleared(clearedMs, atMs);
  }

  ended(atMs: number): void {
    if (this.isOver) return;
    this.give(() => this.tracks.takeRest(atMs));
    this.end('call-over');
  }

  /** Comes once. */
  end(reason: LeftBecause): void {
    if (this.isOver) return;
    this.isOver = true;
    this.cancel?.();
    this.over(reason);
    this.sink.end(reason);
  }

  private schedule(): void {
    this.cancel = this.clock.after(TURN_MS, () => {
      const now = this.clock.now();
      this.give(() => this.tracks.take(now));
      if (this.sink.waitingBytes > MOST_WAITING_BYTES) this.end('too-slow');
      else if (!this.isOver) this.schedule();
    });
  }

  private give(take: () => Int16Array | undefined): void {
    for (let pairs = take(); pairs; pairs = take()) {
      // A copy: the pairs are used again.
      this.sink.send(Buffer.from(Buffer.from(pairs.buffer, pairs.byteOffset, pairs.byteLength)));
      giveBackPairs(pairs);
    }
  }
}
