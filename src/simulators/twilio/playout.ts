/**
 * The buffer between what the service sends and what the far end hears: drained at the pace of speech, with marks between the
 * audio, and a memory of what was played when. It counts line time in bytes (8 a millisecond) and is told the time; it owns no clock and no socket.
 */

/** Mu-law at 8000 Hz. */
export const BYTES_PER_MS = 8;
/** Twilio discards what goes beyond ten minutes of waiting audio (error 31931; its text was last edited in 2020). */
const LONGEST_WAIT_BYTES = 10 * 60_000 * BYTES_PER_MS;

/** One payload that began to play. */
export interface PlayedAudio {
  /** Where on the line it began, in bytes from the beginning of the stream. */
  readonly atByte: number;
  readonly payload: Buffer;
  /** How much of the payload the far end heard; less than all of it when it was cleared. */
  readonly playedBytes: number;
}

type Item = { readonly payload: Buffer } | { readonly mark: string };

export class Playout {
  private items: Item[] = [];
  private head = 0;
  private current: { atByte: number; payload: Buffer; playedBytes: number } | undefined;
  /** Up to where the line has been played, in bytes. */
  private playheadByte = 0;
  private waiting = 0;
  private total = 0;
  private readonly timeline: PlayedAudio[] = [];

  constructor(private readonly longestWaitBytes = LONGEST_WAIT_BYTES) {}

  /** What began to play, in order. */
  get played(): readonly PlayedAudio[] {
    return this.timeline;
  }

  /** Bytes of audio that are still to be played. */
  get waitingBytes(): number {
    return this.waiting;
  }

  /** Bytes that the far end has heard since the beginning. */
  get playedBytes(): number {
    return this.total;
  }

  /** Where on the line the last audio ended or has got to, in bytes. */
  get playhead(): number {
    return this.playheadByte;
  }

  /** @returns false when the audio was discarded because too much is waiting */
  queue(payload: Buffer, nowByte: number): boolean {
    if (this.waiting + payload.length > this.longestWaitBytes) return false;
    if (this.waiting === 0) this.playheadByte = Math.max(this.playheadByte, nowByte);
    this.items.push({ payload });
    this.waiting += payload.length;
    return true;
  }

  /** Puts a mark behind everything that waits. @returns true when nothing waits, so that it is due at once */
  mark(name: string): boolean {
    if (this.head === this.items.length) return true;
    this.items.push({ mark: name });
    return false;
  }

  /** Forgets everything that waits; its marks are due at once. Call `advance` first. */
  clear(): { readonly bytes: number; readonly marks: readonly string[] } {
    const marks = this.items.slice(this.head).flatMap((item) => ('mark' in item ? [item.mark] : []));
    const bytes = this.waiting;
    this.items = [];
    this.head = 0;
    this.current = undefined;
    this.waiting = 0;
    return { bytes, marks };
  }

  /** Plays up to that moment. @returns the marks before which everything has now been played */
  advance(nowByte: number): readonly string[] {
    const due: string[] = [];
    while (this.head < this.items.length) {
      const item = this.items[this.head];
      if (item === undefined) break;
      if ('mark' in item) due.push(item.mark);
      else if (!this.play(item.payload, nowByte)) break;
      this.head += 1;
    }
    if (this.head > 0 && this.head === this.items.length) {
      this.items = [];
      this.head = 0;
    }
    return due;
  }

  /** @returns true when the payload has been played to its end */
  private play(payload: Buffer, nowByte: number): boolean {
    if (payload.length > 0 && nowByte <= this.playheadByte) return false;
    if (this.current === undefined) {
      this.current = { atByte: this.playheadByte, payload, playedBytes: 0 };
      this.timeline.push(this.current);
    }
    const left = payload.length - this.current.playedBytes;
    const step = Math.min(left, nowByte - this.playheadByte);
    this.current.playedBytes += step;
    this.playheadByte += step;
    this.waiting -= step;
    this.total += step;
    if (step < left) return false;
    this.current = undefined;
    return true;
  }
}
