/**
 * The service under the load of a conversation for a longer time: whether its memory stays where it is, and whether anything is left open.
 */
import { Child } from './child.js';
import type { LoadReport } from './load.js';
import { residentBytes } from './processor-time.js';
import { profileOf } from './profile.js';
import { ACCOUNT } from './service-target.js';
import { median } from './summary.js';
import type { Target } from './target.js';

const SLICE_SECONDS = 10;
/** What a process takes until it has settled is not looked at. */
const SETTLING_SHARE = 0.3;

export interface SoakReport {
  readonly calls: number;
  readonly seconds: number;
  /** Resident megabytes: after it has settled, and at the end; medians of a third of the slices each. */
  readonly earlyMb: number | undefined;
  readonly lateMb: number | undefined;
  readonly worstP99Ms: number;
  readonly lost: number;
  readonly crossed: number;
  readonly disordered: number;
  /** Sockets of agents that were still open after all lines had ended. */
  readonly left: number;
}

export async function soak(
  target: Target,
  calls: number,
  seconds: number,
  tell: (line: string) => void,
): Promise<SoakReport> {
  const load = await Child.fork('./load.js');
  const running = await target.start(load.port);
  try {
    const { url: relayUrl, isService, pid } = running;
    await load.ask({ do: 'open', calls, relayUrl, isService, account: ACCOUNT });
    const profile = profileOf('conversation', calls);
    const slices: { readonly mb: number | undefined; readonly report: LoadReport }[] = [];
    for (let passed = 0; passed < seconds; passed += SLICE_SECONDS) {
      const slice = Math.min(SLICE_SECONDS, seconds - passed);
      const report = await load.ask<LoadReport>({ do: 'run', profile, seconds: slice });
      const bytes = residentBytes(pid);
      const mb = bytes === undefined ? undefined : bytes / 1_048_576;
      slices.push({ mb, report });
      tell(`soak, ${passed + slice} of ${seconds} s: ${mb?.toFixed(1) ?? 'unknown'} MB`);
    }
    const { left } = await load.ask<{ readonly left: number }>({ do: 'close' });
    const settled = slices.slice(Math.floor(slices.length * SETTLING_SHARE)).map(({ mb }) => mb);
    const third = Math.max(1, Math.floor(settled.length / 3));
    const directions = slices.flatMap(({ report: { up, down } }) => [up, down]);
    const sum = (of: 'lost' | 'crossed' | 'disordered'): number =>
      directions.reduce((all, one) => all + one[of], 0);
    return {
      calls,
      seconds,
      earlyMb: median(settled.slice(0, third)),
      lateMb: median(settled.slice(-third)),
      worstP99Ms: Math.max(...directions.map(({ delays }) => delays.p99)),
      lost: sum('lost'),
      crossed: sum('crossed'),
      disordered: sum('disordered'),
      left,
    };
  } finally {
    await running.stop();
    await load.stop();
  }
}
