/**
 * What the benchmark is asked for on its command line.
 */
import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly calls: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly profiles: readonly ('steady' | 'conversation')[];
  /** Numbers of calls over which the same messages are spread; empty: not asked for. */
  readonly growth: readonly number[];
  /** Besides the comparison: how many calls one core carries, and how the service fares over a longer time. */
  readonly capacity: boolean;
  /** Seconds; 0: no soak. */
  readonly soakSeconds: number;
  /** Names, or parts of them; empty: all. The naive relay is always there, since ratios are to it. */
  readonly relays: readonly string[];
  /** Only whether the service still holds what it may not lose: the way of a check, not of figures. */
  readonly guard: boolean;
  /** Also beside trouble: a database, readers, receivers and tools that are slow, blocked or too many. */
  readonly disturb: boolean;
  /** Of these, names or parts of them; empty: all. */
  readonly only: readonly string[];
  /** A server whose account may make databases; undefined: the embedded Postgres is started. */
  readonly database: string | undefined;
  readonly json: string | undefined;
  readonly write: boolean;
}

export const USAGE = `npm run bench -- [options]
  --calls 100,200       calls at once, one set of rounds for each number (default 100)
  --rounds 5            interleaved rounds; medians are shown (default 5)
  --seconds 5           measured in each (default 5)
  --profile steady      steady, conversation, both or none (default both)
  --growth 10,100,1000  also spreads the same messages over more and more calls, beside the naive relay
  --capacity            also finds how many calls of the conversation one core carries
  --soak 600            also carries --calls for so many seconds, and looks at the memory
  --disturb             also measures the service beside a database, readers of events, receivers of webhooks, tools and clients
                        that are slow, blocked or too many, in rounds of their own
  --only database,tool  of --disturb only these, by parts of their names (default all)
  --database URL        of --disturb: a Postgres server whose account may make databases
                        (default TEST_DATABASE_URL, without it the embedded one)
  --relays pipe,nginx   only these beside the naive one, by parts of their names (default all)
  --guard               exits with 1 where the service loses a message, or costs far more than a pipe of bytes
  --json FILE           writes everything that was measured
  --write               writes docs/benchmarks.md`;

/** @throws Error that names the option and the mend. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      calls: { type: 'string', default: '100' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '5' },
      profile: { type: 'string', default: 'both' },
      relays: { type: 'string', default: '' },
      capacity: { type: 'boolean', default: false },
      soak: { type: 'string' },
      guard: { type: 'boolean', default: false },
      growth: { type: 'string' },
      disturb: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      database: { type: 'string' },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const { calls, rounds, seconds, profile, relays, json, write, capacity, soak, guard, growth } = values;
  const { disturb, only, database } = values;
  return {
    calls: counts('--calls', calls),
    rounds: whole('--rounds', rounds, 100),
    seconds: whole('--seconds', seconds, 36_000),
    profiles: profilesOf(profile),
    growth: growth === undefined ? [] : counts('--growth', growth),
    capacity,
    soakSeconds: soak === undefined ? 0 : whole('--soak', soak, 604_800),
    relays: partsOf(relays),
    guard,
    disturb,
    only: partsOf(only),
    database,
    json,
    write,
  };
}

function partsOf(text: string): readonly string[] {
  return text.split(',').filter((name) => name !== '');
}

function profilesOf(text: string): BenchOptions['profiles'] {
  if (text === 'both') return ['steady', 'conversation'];
  if (text === 'none') return [];
  if (text === 'steady' || text === 'conversation') return [text];
  throw new Error('--profile: expected steady, conversation, both or none');
}

function counts(option: string, text: string): readonly number[] {
  return text.split(',').map((part) => whole(option, part, 10_000));
}

function whole(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new Error(`${option}: expected a whole number from 1 to ${most}, not ${text}`);
  return value;
}
