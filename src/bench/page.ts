/**
 * `docs/benchmarks.md`, written by `npm run bench -- --write` from what it measured on the machine where it ran.
 */
import { arch, cpus, platform, release } from 'node:os';
import type { BenchOptions } from './options.js';
import { markdownTable } from './report.js';
import type { Row } from './summary.js';

export interface Section {
  readonly profile: string;
  readonly calls: number;
  readonly rows: readonly Row[];
}

export function benchmarksPage(
  sections: readonly Section[],
  options: BenchOptions,
  abouts: readonly string[],
): string {
  const [cpu] = cpus();
  return `# Benchmarks

<!-- Written by \`npm run bench -- --write\`: run it again rather than editing this. -->

Measured with \`npm run bench -- --calls ${options.calls.join(',')} --rounds ${options.rounds} --seconds ${options.seconds}\` on ${cpus().length} × ${cpu?.model ?? 'unknown'}, ${platform()} ${release()} ${arch()}, Node ${process.version}.

Each relay is a process of its own between callers and agents in another process, which takes processors of the same machine. In each round every relay is
started, filled with calls, warmed up for two seconds and measured, one after the other; figures are medians of ${options.rounds} rounds. **Only ratios within a round mean
anything**: the machine is not the same from one minute to the next. A message is one piece of audio that came out at the other side, in either direction. Delays count from
when a piece was *due*, so a late sender counts, and they contain the load's own lateness, shown in the last column: where that is not small, a delay says more about the load
than about the relay.

${abouts.join('\n')}

*steady*: both sides send 20 ms of audio every 20 ms. *conversation*: the caller does, the agent sends four pieces of 240 ms at once every two seconds.

${sections.map(({ profile, calls, rows }) => `## ${profile}, ${calls} calls\n\n${markdownTable(rows)}`).join('\n\n')}

## Sources

\`src/bench/load.ts\` · \`src/bench/measure.ts\` · \`src/bench/summary.ts\` · \`src/bench/naive-relay.ts\` · \`src/bench/byte-pipe.ts\`
`;
}
