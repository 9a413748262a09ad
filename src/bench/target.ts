/**
 * What can be measured.
 */
export interface Running {
  /** The process that is measured; undefined where there is none. */
  readonly pid: number | undefined;
  readonly url: string;
  readonly isService: boolean;
  /** Processes that work for it, their children included. */
  helpers(): readonly number[];
  /** How late its loop was at p99 since it was last asked, in milliseconds; undefined where it does not say. */
  loopP99Ms(): Promise<number | undefined>;
  stop(): Promise<void>;
}

export interface Target {
  readonly name: string;
  readonly about: string;
  start(agentPort: number): Promise<Running>;
}
