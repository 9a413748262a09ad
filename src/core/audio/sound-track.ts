/**
 * One voice of a call on a time axis of samples, silence where there is none. What comes is decoded where it belongs, at once: texts that waited
 * a second would outlive the collector's young generation, which costs far more. What is behind the moment that was taken is forgotten.
 */
import { bytesOf } from './base64.js';
import { MULAW_SILENCE, MULAW_TO_LINEAR } from './mulaw.js';

/** Audio without a pause in it. */
interface Span {
  readonly from: number;
  to: number;
}

/** Two seconds: of a caller no more waits. */
const LEAST_BYTES = 16_384;
const NOTHING = Buffer.alloc(0);

export class SoundTrack {
  private spans: Span[] = [];
  private latest = 0;
  private taken = 0;
  /** mu-law, one byte a sample, the first that of the sample `base`; what is behind `stored` counts as silence. */
  private bytes = NOTHING;
  private base = 0;
  private stored = 0;

  /** The sample behind the last one. */
  get end(): number {
    return this.latest;
  }

  /** Adds a piece. One that begins before others have ended is laid over them; nearly always it comes in order. */
  put(payload: string, from: number): void {
    const length = Math.floor(bytesOf(payload));
    const to = from + length;
    if (to <= this.taken) return;
    // What was taken stays as it was.
    const late = Math.max(0, this.taken - from);
    this.makeRoom(to);
    this.beSilentUntil(from + late);
    const at = from + late - this.base;
    if (late === 0) this.bytes.write(payload, at, 'base64');
    else Buffer.from(payload, 'base64').copy(this.bytes, at, late);
    this.stored = Math.max(this.stored, to);
    this.remember(from, to);
  }

  /** Adds audio at the end of the track of which only the length is kept. */
  putSilence(from: number, samples: number): void {
    this.remember(from, from + samples);
  }

  /** Takes the last samples back, gaps not counted. What was taken already stays. */
  takeBack(samples: number): void {
    let left = samples;
    for (let last = this.spans.at(-1); last && last.to > this.taken; last = this.spans.at(-1)) {
      const cut = Math.min(left, last.to - Math.max(last.from, this.taken));
      left -= cut;
      last.to -= cut;
      // Something of it stays: all was taken back, or the rest of it is out of reach.
      if (last.to > last.from) break;
      this.spans.pop();
    }
    this.latest = this.spans.at(-1)?.to ?? this.taken;
    this.stored = Math.min(this.stored, Math.max(this.latest, this.taken));
  }

  /**
   * Writes the track up to that sample into every second place of `out`, which holds silence, and forgets it.
   * @param channel 0 or 1: the place in each pair.
   */
  take(until: number, out: Int16Array, channel: 0 | 1): void {
    const { bytes, base } = this;
    const end = Math.min(until, this.stored) - base;
    let place = channel;
    for (let at = this.taken - base; at < end; at += 1) {
      out[place] = MULAW_TO_LINEAR[bytes[at] ?? MULAW_SILENCE] ?? 0;
      place += 2;
    }
    const open = this.spans.findIndex((span) => span.to > until);
    this.spans.splice(0, open === -1 ? this.spans.length : open);
    this.taken = until;
    this.stored = Math.max(this.stored, until);
    if (this.stored === until) this.base = until;
  }

  private remember(from: number, to: number): void {
    const last = this.spans.at(-1);
    if (last && from <= last.to && from >= last.from) last.to = Math.max(last.to, to);
    else {
      let at = this.spans.length;
      while (at > 0 && (this.spans[at - 1]?.from ?? 0) > from) at -= 1;
      this.spans.splice(at, 0, { from, to });
    }
    this.latest = Math.max(this.latest, to);
  }

  /** So that everything between what was taken and that sample has its place. */
  private makeRoom(to: number): void {
    if (to - this.base <= this.bytes.length) return;
    const waiting = this.stored - this.taken;
    const needed = to - this.taken;
    const size = needed <= this.bytes.length ? this.bytes.length : Math.max(LEAST_BYTES, needed * 2);
    const bytes = size === this.bytes.length ? this.bytes : Buffer.allocUnsafeSlow(size);
    this.bytes.copy(bytes, 0, this.taken - this.base, this.taken - this.base + waiting);
    this.bytes = bytes;
    this.base = this.taken;
  }

  private beSilentUntil(sample: number): void {
    if (sample <= this.stored) return;
    this.bytes.fill(MULAW_SILENCE, this.stored - this.base, sample - this.base);
    this.stored = sample;
  }
}
