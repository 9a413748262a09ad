/**
 * Who listens to the media of one session, as one. Most sessions have one listener or none, and those pay nothing for many.
 */
import type { MediaTap } from './media-tap.js';

export class Taps {
  /** All of them; undefined for none. */
  now: MediaTap | undefined;
  private taps: readonly MediaTap[] = [];

  constructor(first: MediaTap | undefined) {
    if (first) this.add(first);
  }

  /** @returns what stops it */
  add(tap: MediaTap): () => void {
    this.set([...this.taps, tap]);
    return () => this.set(this.taps.filter((one) => one !== tap));
  }

  private set(taps: readonly MediaTap[]): void {
    this.taps = taps;
    this.now = taps.length > 1 ? new ManyTaps(taps) : taps[0];
  }
}

class ManyTaps implements MediaTap {
  constructor(private readonly taps: readonly MediaTap[]) {}

  lineStarted(atMs: number): void {
    for (const tap of this.taps) tap.lineStarted(atMs);
  }
  callerAudio(payload: string, timestampMs: number, atMs: number): void {
    for (const tap of this.taps) tap.callerAudio(payload, timestampMs, atMs);
  }
  agentAudio(payload: string, fromMs: number): void {
    for (const tap of this.taps) tap.agentAudio(payload, fromMs);
  }
  cleared(clearedMs: number, atMs: number): void {
    for (const tap of this.taps) tap.cleared(clearedMs, atMs);
  }
  ended(atMs: number): void {
    for (const tap of this.taps) tap.ended(atMs);
  }
}
