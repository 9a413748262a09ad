/**
 * `npm run bench`: the relay against a naive one, a pipe of bytes and, where it is installed, nginx, in interleaved rounds of one run; and
 * on demand how many calls one core carries, how the service fares over a longer time, and beside trouble.
 */
import { writeFile } from 'node:fs/promises';
import { capacityOf, type CapacityStep } from './capacity.js';
import { disturb } from './disturb.js';
import { disturbedTable } from './disturb-report.js';
import { summariseDisturbed, type DisturbedRow } from './disturb-summary.js';
import { faultsOf } from './guard.js';
import { measure, type Measurement } from './measure.js';
import { readOptions, USAGE, type BenchOptions } from './options.js';
import { benchmarksPage, type Section } from './page.js';
import { profileOf, type ProfileName } from './profile.js';
import { capacityTable, screenTable, soakLine } from './report.js';
import { soak, type SoakReport } from './soak.js';
import { summarise } from './summary.js';
import type { Target } from './target.js';
import { targets } from './targets.js';

const BASE = 'naive ws relay';
const OURS = 'cordboard';
const PIPE = 'byte pipe';
/** What differs by number of calls differs by more than rounds do. */
const GROWTH_ROUNDS = 2;

interface MeasuredSection extends Section {
  readonly rounds: readonly (readonly Measurement[])[];
}

type Comparison = Pick<BenchOptions, 'calls' | 'rounds' | 'seconds'> & {
  readonly profiles: readonly ProfileName[];
};

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const show = (text: string): void => void process.stdout.write(`\n${text}\n`);

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.guard) {
    await guard(options);
    return;
  }
  const { relays } = options;
  const all = targets().filter(
    ({ name }) => name === BASE || relays.length === 0 || relays.some((part) => name.includes(part)),
  );
  const sections = [
    ...(await compared(all, options)),
    ...(await compared(
      all.filter(({ name }) => name === OURS || name === BASE),
      {
        ...options,
        profiles: ['growth'],
        calls: options.growth,
        rounds: Math.min(options.rounds, GROWTH_ROUNDS),
      },
    )),
  ];
  const capacity = options.capacity ? await carried(all, options) : [];
  const soaked = options.soakSeconds > 0 ? await soakOf(all, options) : undefined;
  const beside = options.disturb ? await besideTrouble(options) : { rounds: [], rows: [] };
  if (options.json !== undefined) {
    // An address of a database has a password in it.
    const { database: _database, ...asked } = options;
    const all = { options: asked, sections, capacity, soak: soaked, disturbed: beside };
    await writeFile(options.json, `${JSON.stringify(all, null, 2)}\n`);
  }
  const abouts = all.map(({ name, about }) => `- **${name}**: ${about}.`);
  if (options.write)
    await writeFile(
      'docs/benchmarks.md',
      benchmarksPage({ sections, capacity, soaked, disturbed: beside.rows }, options, abouts),
    );
}

async function guard(options: BenchOptions): Promise<void> {
  const both = targets().filter(({ name }) => name === OURS || name === PIPE);
  const sections = await compared(both, { ...options, profiles: ['steady'] }, PIPE);
  const faults = sections.flatMap(({ rows }) => {
    const [ours, pipe] = [OURS, PIPE].map((name) => rows.find(({ target }) => target === name));
    return ours && pipe ? faultsOf(ours, pipe) : ['not measured'];
  });
  for (const fault of faults) say(fault);
  if (faults.length > 0) process.exitCode = 1;
}

async function compared(
  all: readonly Target[],
  { profiles, calls: counts, rounds: count, seconds }: Comparison,
  base = BASE,
): Promise<readonly MeasuredSection[]> {
  const sections: MeasuredSection[] = [];
  for (const name of profiles) {
    for (const calls of counts) {
      const load = { profile: profileOf(name, calls), calls, seconds };
      const rounds: Measurement[][] = [];
      for (let round = 1; round <= count; round += 1) {
        const measured: Measurement[] = [];
        for (const target of all) {
          say(`${name}, ${calls} calls, round ${round} of ${count}: ${target.name}`);
          measured.push(await measure(target, load));
        }
        rounds.push(measured);
      }
      const rows = summarise(rounds, base);
      sections.push({ profile: name, calls, rows, rounds });
      show(`${name}, ${calls} calls\n${screenTable(rows)}`);
    }
  }
  return sections;
}

async function carried(all: readonly Target[], { seconds }: BenchOptions): Promise<readonly CapacityStep[]> {
  const steps: CapacityStep[] = [];
  for (const target of all.filter(({ name }) => name === OURS || name === BASE))
    steps.push(
      ...(await capacityOf(target, seconds, ({ calls, verdict }) =>
        say(`${target.name}, ${calls} calls: ${verdict}`),
      )),
    );
  show(capacityTable(steps));
  return steps;
}

async function soakOf(
  all: readonly Target[],
  { calls: [calls = 1], soakSeconds }: BenchOptions,
): Promise<SoakReport | undefined> {
  const target = all.find(({ name }) => name === OURS);
  if (!target) return undefined;
  const report = await soak(target, calls, soakSeconds, say);
  show(soakLine(report));
  return report;
}

async function besideTrouble(
  options: BenchOptions,
): Promise<{ readonly rounds: object; readonly rows: readonly DisturbedRow[] }> {
  const {
    calls: [calls = 1],
    database = process.env['TEST_DATABASE_URL'],
  } = options;
  const rounds = await disturb({ ...options, calls, database }, say);
  const rows = summariseDisturbed(rounds);
  show(`beside trouble, ${calls} calls\n${disturbedTable(rows)}`);
  return { rounds, rows };
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n\n${USAGE}\n`);
  process.exit(1);
});
