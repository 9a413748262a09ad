/**
 * The time of a line, in samples since its start, from two clocks: the carrier's, which stamps the caller's frames, and ours,
 * by which the agent's audio is sent. A frame cannot come before it was spoken, so the frame that came quickest tells how both
 * belong together; looking at the last minute only follows clocks that drift apart over hours. Pure; told the time.
 */
import { MULAW_BYTES_PER_MS } from './mulaw.js';

/** How long the quickest frame is remembered, at least; at most twice that. */
const WINDOW_MS = 30_000;
/** A frame of a telephone line. A deviation below one is jitter of the stamps; one frame that is missing is a gap. */
const JITTER_SAMPLES = 20 * MULAW_BYTES_PER_MS;
/** A stamp that is further from our clock is not believed, or one malformed frame would make hours of silence. */
const BELIEVED_MS = 10_000;

export class LineAxis {
  /** Where the stamp 0 is, in samples; unknown until the first frame. */
  private origin: number | undefined;
  /** How much later than by the axis frames come at best, in this window and the one before. */
  private lag = Infinity;
  private lagBefore = Infinity;
  private windowEndsMs: number;

  constructor(private readonly startedAtMs: number) {
    this.windowEndsMs = startedAtMs + WINDOW_MS;
  }

  /** The sample of a moment of our clock. */
  at(ms: number): number {
    const lag = Math.min(this.lag, this.lagBefore);
    const since = ms - this.startedAtMs - (lag === Infinity ? 0 : lag);
    return Math.max(0, Math.round(since * MULAW_BYTES_PER_MS));
  }

  /**
   * Where a frame of the caller begins.
   * @param behind where the frame before it ended.
   */
  place(timestampMs: number, samples: number, behind: number, arrivedMs: number): number {
    if (!Number.isFinite(timestampMs)) return behind;
    const frameMs = samples / MULAW_BYTES_PER_MS;
    const stamp = timestampMs * MULAW_BYTES_PER_MS;
    this.origin ??= Math.max(0, (arrivedMs - this.startedAtMs - frameMs) * MULAW_BYTES_PER_MS) - stamp;
    const from = Math.round(this.origin + stamp);
    if (from > this.at(arrivedMs + BELIEVED_MS) || from < this.at(arrivedMs - BELIEVED_MS)) return behind;
    this.learn(arrivedMs - this.startedAtMs - frameMs - from / MULAW_BYTES_PER_MS, arrivedMs);
    return Math.abs(from - behind) < JITTER_SAMPLES ? behind : from;
  }

  private learn(lagMs: number, nowMs: number): void {
    if (nowMs >= this.windowEndsMs) {
      this.lagBefore = nowMs < this.windowEndsMs + WINDOW_MS ? this.lag : Infinity;
      this.lag = Infinity;
      this.windowEndsMs = nowMs + WINDOW_MS;
    }
    this.lag = Math.min(this.lag, lagMs);
  }
}
