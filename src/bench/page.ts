/**
 * `docs/benchmarks.md`, written by `npm run bench -- --write` from what it measured on the machine where it ran.
 */
import { arch, cpus, platform, release } from 'node:os';
import type { BenchOptions } from './options.js';
import { LATEST_P99_MS, type CapacityStep } from './capacity.js';
import { disturbedTable } from './disturb-report.js';
import type { DisturbedRow } from './disturb-summary.js';
import { capacityTable, markdownTable, soakLine } from './report.js';
import type { SoakReport } from './soak.js';
import type { Row } from './summary.js';

export interface Section {
  readonly profile: string;
  readonly calls: number;
  readonly rows: readonly Row[];
}

export interface Figures {
  readonly sections: readonly Section[];
  readonly capacity: readonly CapacityStep[];
  readonly soaked: SoakReport | undefined;
  readonly disturbed: readonly DisturbedRow[];
}

export function benchmarksPage(
  { sections, capacity, soaked, disturbed }: Figures,
  options: BenchOptions,
  abouts: readonly string[],
): string {
  const [cpu] = cpus();
  return `# Benchmarks

<!-- Written by \`npm run bench -- --write\`: run it again rather than editing this. -->

Measured with \`npm run bench -- ${commandOf(options)}\` on ${cpus().length} × ${cpu?.model ?? 'unknown'}, ${platform()} ${release()} ${arch()}, Node ${process.version}.

Each relay is a process of its own between callers and agents in another process, which takes processors of the same machine. In each round every relay is
started, filled with calls, warmed up for two seconds and measured, one after the other; figures are medians of ${options.rounds} rounds. **Only ratios within a round mean
anything**: the machine is not the same from one minute to the next. A message is one piece of audio that came out at the other side, in either direction. Delays count from
when a piece was *due*, so a late sender counts, and they contain the load's own lateness, shown in the last column: where that is not small, a delay says more about the load
than about the relay.

${abouts.join('\n')}

*steady*: both sides send 20 ms of audio every 20 ms. *conversation*: the caller does, the agent sends four pieces of 240 ms at once every two seconds.
*growth*: only callers speak, 5,000 messages a second in all, however many calls they are spread over, in two rounds. *First audio* counts from a line's voice request, or its
opening where there is none, to the agent's first audio on it; *cut in → clear* from the agent's word of an interruption to the clear at the line.

${sections.map(({ profile, calls, rows }) => `## ${profile}, ${calls} calls\n\n${markdownTable(rows)}`).join('\n\n')}
${capacityPart(capacity)}${soakPart(soaked)}${disturbedPart(disturbed, options)}
## Sources

\`src/bench/load.ts\` · \`src/bench/measure.ts\` · \`src/bench/summary.ts\` · \`src/bench/naive-relay.ts\` · \`src/bench/byte-pipe.ts\` · \`src/bench/disturb.ts\`
`;
}

/** What brings these figures again. */
function commandOf({
  calls,
  rounds,
  seconds,
  profiles,
  growth,
  capacity,
  soakSeconds,
  disturb,
}: BenchOptions): string {
  return [
    `--calls ${calls.join(',')} --rounds ${rounds} --seconds ${seconds}`,
    ...(profiles.length < 2 ? [`--profile ${profiles[0] ?? 'none'}`] : []),
    ...(growth.length > 0 ? [`--growth ${growth.join(',')}`] : []),
    ...(capacity ? ['--capacity'] : []),
    ...(soakSeconds > 0 ? [`--soak ${soakSeconds}`] : []),
    ...(disturb ? ['--disturb'] : []),
  ].join(' ');
}

function capacityPart(steps: readonly CapacityStep[]): string {
  if (steps.length === 0) return '';
  return `
## Calls on one core

The conversation, with more and more calls, until p99 in one of the directions reaches ${LATEST_P99_MS} ms or something is lost, twice. Where the load is at its limit, more may be possible.

${capacityTable(steps, true)}
`;
}

function soakPart(report: SoakReport | undefined): string {
  return report ? `\n## A longer time\n\nThe conversation: ${soakLine(report)}\n` : '';
}

function disturbedPart(rows: readonly DisturbedRow[], { calls: [calls], rounds }: BenchOptions): string {
  if (rows.length === 0) return '';
  return `
## Beside trouble

The conversation, ${calls} calls, each with a turn in words every two seconds that is written, posted to a webhook and told to readers of events. In each round the
service is measured undisturbed and beside one trouble after the other, each time with a new service and a new database; figures are medians of ${rounds} rounds, and what p99 moved by
is to the undisturbed measurement of the same round. The last row is undisturbed too: what it differs by says nothing. What the load itself was late in is measured again, twice at most. The database and everything else around the service give way
to it on the processors, as if they were on a machine of their own.

${disturbedTable(rows, true)}
`;
}
