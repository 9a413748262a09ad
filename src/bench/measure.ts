/**
 * One target under one load: started, filled with calls, warmed up, measured and stopped.
 */
import type { Talk } from './chatter.js';
import { Child } from './child.js';
import type { DelaySummary } from './delays.js';
import type { LoadReport } from './load.js';
import { childrenOf, processorMicros, residentBytes } from './processor-time.js';
import type { Profile } from './profile.js';
import { ACCOUNT } from './service-target.js';
import type { Running, Target } from './target.js';

export interface Load {
  readonly profile: Profile;
  readonly calls: number;
  readonly seconds: number;
  /** What agents send beside audio. */
  readonly talk?: Talk;
}

/** What goes on beside the calls, from the warm-up to the end of what is measured. */
export interface Beside {
  begin(url: string): Promise<void>;
  end(): Promise<void>;
}

export interface Measurement {
  readonly target: string;
  /** Microseconds of processor time for each message that came through, in either direction; undefined where the system does not say. */
  readonly micros: number | undefined;
  /** The same of the processes that work for it: the embedded Postgres. */
  readonly helperMicros: number | undefined;
  /** Share of one processor. */
  readonly busy: number | undefined;
  /** Resident memory that calls added, for each of them. */
  readonly kilobytesPerCall: number | undefined;
  readonly load: LoadReport;
  /** How late the relay's own loop was at p99, and how long a caller who cut in was heard talking against, in milliseconds; where known. */
  readonly loopP99Ms: number | undefined;
  readonly clear: DelaySummary | undefined;
  /** Sockets of agents that were still open after all lines had ended. */
  readonly left: number;
}

const LONGEST_WARM_UP_SECONDS = 2;

export async function measure(target: Target, load: Load, beside?: Beside): Promise<Measurement> {
  const driver = await Child.fork('./load.js');
  try {
    const running = await target.start(driver.port);
    try {
      return { target: target.name, ...(await measured(running, driver, load, beside)) };
    } finally {
      await running.stop();
    }
  } finally {
    await driver.stop();
  }
}

async function measured(
  running: Running,
  driver: Child,
  { profile, calls, seconds, talk }: Load,
  beside: Beside | undefined,
): Promise<Omit<Measurement, 'target'>> {
  const { pid, url: relayUrl, isService } = running;
  const idleBytes = residentBytes(pid);
  await driver.ask({ do: 'open', calls, relayUrl, isService, account: ACCOUNT });
  await beside?.begin(relayUrl);
  await driver.ask({ do: 'run', profile, seconds: Math.min(seconds, LONGEST_WARM_UP_SECONDS), talk });
  const helpers = running.helpers();
  const before = [processorMicros(pid), sumOf(helpers)];
  await running.loopP99Ms();
  const report = await driver.ask<LoadReport>({ do: 'run', profile, seconds, talk });
  const [took, helpersTook] = [spent(before[0], processorMicros(pid)), spent(before[1], sumOf(helpers))];
  const fullBytes = residentBytes(pid);
  const loopP99Ms = await running.loopP99Ms();
  await beside?.end();
  const messages = report.up.delays.count + report.down.delays.count;
  const clear = isService && !beside ? await clearing(driver, profile) : undefined;
  const { left } = await driver.ask<{ readonly left: number }>({ do: 'close' });
  return {
    loopP99Ms,
    clear,
    left,
    micros: took === undefined ? undefined : took / messages,
    helperMicros: helpersTook === undefined ? undefined : helpersTook / messages,
    busy: took === undefined ? undefined : took / 1e6 / report.seconds,
    kilobytesPerCall:
      idleBytes === undefined || fullBytes === undefined ? undefined : (fullBytes - idleBytes) / 1024 / calls,
    load: report,
  };
}

/** Beside the measurement, since the others have no such thing to do. */
async function clearing(load: Child, profile: Profile): Promise<DelaySummary> {
  const order = { do: 'run', profile, seconds: LONGEST_WARM_UP_SECONDS, interrupts: true };
  return (await load.ask<LoadReport>(order)).clear;
}

function sumOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + allOf(pid), 0);
}

/** Of a process and everything below it. */
function allOf(pid: number): number {
  return (processorMicros(pid) ?? 0) + childrenOf(pid).reduce((sum, child) => sum + allOf(child), 0);
}

function spent(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : after - before;
}
