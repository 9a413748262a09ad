/**
 * Port: the rate at which an account may start calls, kept by all replicas together.
 */
export abstract class DialPace {
  /**
   * Takes the next place in the row.
   * @param gapMs between two starts.
   * @returns how long to wait for it, in milliseconds. A place that is not used is lost.
   */
  abstract reserve(gapMs: number): Promise<number>;
}
