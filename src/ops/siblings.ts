/**
 * The other processes of this service on this machine, where it runs as several workers of one parent. What a process hears and tells
 * here only makes it faster or more complete: whatever must not be lost goes through the store.
 */

/** What one of them has found out and may save the others the trouble: short, and worth nothing when it comes late. */
export type Tip = Readonly<Record<string, string | number>>;

export abstract class Siblings {
  /** The number of this worker, from 1. Undefined: the process is alone. */
  abstract readonly number: number | undefined;
  /**
   * Metrics of the whole service in the text format of Prometheus; undefined when this process is all of it.
   * @throws Error when they cannot be had in time.
   */
  abstract sumOfMetrics(): Promise<string | undefined>;
  /** Tells each time that one of them is gone and left what it had. */
  abstract onLost(listener: () => void): void;
  abstract tell(topic: string, tip: Tip): void;
  abstract onTip(topic: string, listener: (tip: Tip) => void): void;
}

export class NoSiblings extends Siblings {
  readonly number = undefined;

  sumOfMetrics(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  onLost(): void {}
  tell(): void {}
  onTip(): void {}
}
