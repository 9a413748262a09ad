/**
 * Whether the event loop has room for another call: past saturation every new call takes time from those that are live, which hear it.
 * Pure; told how busy the loop was, second by second.
 */

/** A burst of calls that begin, or a collection of garbage, is no saturation. */
const SECONDS = 5;
/** What was refused at the limit is not let in again at the limit, or replicas would go on and off. */
const RECOVERED_BELOW = 0.9;

export class LoopLoad {
  private readonly recent: number[] = [];
  private saturated = false;

  /** @param limit from 0 to 1, from which on no more calls are taken; 1 takes them always. */
  constructor(private readonly limit: number) {}

  get isSaturated(): boolean {
    return this.saturated;
  }

  /** The mean of the last seconds, from 0 to 1. */
  get busy(): number {
    return this.recent.reduce((sum, one) => sum + one, 0) / Math.max(this.recent.length, 1);
  }

  /** @param share of the last second in which the loop worked, from 0 to 1. */
  wasBusy(share: number): void {
    this.recent.push(share);
    if (this.recent.length > SECONDS) this.recent.shift();
    const isKnown = this.recent.length === SECONDS;
    if (this.limit < 1 && isKnown && this.busy >= this.limit) this.saturated = true;
    else if (this.busy < this.limit * RECOVERED_BELOW) this.saturated = false;
  }
}
