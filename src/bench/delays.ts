/**
 * Delays, counted into buckets of three significant digits, so that hours of them take no more memory than seconds.
 */
const LOWEST_US = 1;
const PER_DECADE = 300;
const DECADES = 8;

export interface DelaySummary {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export class Delays {
  private readonly buckets = new Uint32Array(PER_DECADE * DECADES + 1);
  private count = 0;
  private maxMs = 0;

  add(ms: number): void {
    const us = Math.max(LOWEST_US, ms * 1000);
    const at = Math.min(this.buckets.length - 1, Math.round(Math.log10(us) * PER_DECADE));
    this.buckets[at] = (this.buckets[at] ?? 0) + 1;
    this.count += 1;
    if (ms > this.maxMs) this.maxMs = ms;
  }

  reset(): void {
    this.buckets.fill(0);
    this.count = 0;
    this.maxMs = 0;
  }

  /** In milliseconds. */
  summary(): DelaySummary {
    const at = (share: number): number => this.percentile(share);
    return { count: this.count, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: this.maxMs };
  }

  private percentile(share: number): number {
    if (this.count === 0) return 0;
    let left = Math.ceil(this.count * share);
    for (const [at, count] of this.buckets.entries()) {
      left -= count;
      if (left <= 0) return 10 ** (at / PER_DECADE) / 1000;
    }
    return 0;
  }
}
