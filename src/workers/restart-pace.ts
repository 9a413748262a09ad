/**
 * When a worker that ended is started again: at once after a life of some length, later and later while it ends as soon as it
 * begins. Pure.
 */

/** A worker that has worked for so long did not die of its start. */
const STEADY_MS = 60_000;
const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 30_000;

export class RestartPace {
  private shortLives = 0;

  /** @param livedMs since it was ready; 0 for one that never was. @returns milliseconds until the next start. */
  delayAfter(livedMs: number): number {
    if (livedMs >= STEADY_MS) this.shortLives = 0;
    this.shortLives += 1;
    if (this.shortLives === 1) return 0;
    return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.shortLives - 2));
  }
}
