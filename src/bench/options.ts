/**
 * What the benchmark is asked for on its command line.
 */
import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly calls: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly profiles: readonly ('steady' | 'conversation')[];
  /** Names, or parts of them; empty: all. The naive relay is always there, since ratios are to it. */
  readonly relays: readonly string[];
  readonly json: string | undefined;
  readonly write: boolean;
}

export const USAGE = `npm run bench -- [options]
  --calls 100,200       calls at once, one set of rounds for each number (default 100)
  --rounds 5            interleaved rounds; medians are shown (default 5)
  --seconds 5           measured in each (default 5)
  --profile steady      steady, conversation or both (default both)
  --relays pipe,nginx   only these beside the naive one, by parts of their names (default all)
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
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const { calls, rounds, seconds, profile, relays, json, write } = values;
  if (profile !== 'steady' && profile !== 'conversation' && profile !== 'both')
    throw new Error('--profile: expected steady, conversation or both');
  return {
    calls: calls.split(',').map((part) => whole('--calls', part, 10_000)),
    rounds: whole('--rounds', rounds, 100),
    seconds: whole('--seconds', seconds, 36_000),
    profiles: profile === 'both' ? ['steady', 'conversation'] : [profile],
    relays: relays.split(',').filter((name) => name !== ''),
    json,
    write,
  };
}

function whole(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new Error(`${option}: expected a whole number from 1 to ${most}, not ${text}`);
  return value;
}
