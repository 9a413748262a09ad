/**
 * The figures as a table, for the screen and for docs/benchmarks.md.
 */
import type { CapacityStep } from './capacity.js';
import type { SoakReport } from './soak.js';
import type { Row } from './summary.js';

const HEAD = [
  'Relay',
  'CPU µs/message',
  'ratio [range]',
  'store µs',
  'core',
  'KB/call',
  'to agent p50 / p95 / p99 / max ms',
  'to caller p50 / p95 / p99 / max ms',
  'first audio p50 / p99 ms',
  'cut in → clear p50 / p99 ms',
  'loop p99 ms',
  'lost, crossed, disordered, left open',
  'load: core, late p99 ms',
];

export function cellsOf(row: Row): readonly string[] {
  const { ratio, ratioRange } = row;
  const range = ratioRange ? ` [${number(ratioRange[0], 2)}–${number(ratioRange[1], 2)}]` : '';
  return [
    row.target,
    number(row.micros, 1),
    `${number(ratio, 2)}${range}`,
    number(row.helperMicros, 1),
    number(row.busy, 2),
    number(row.kilobytesPerCall, 0),
    delays(row.up),
    delays(row.down),
    ends(row.firstAudio),
    row.clear ? ends(row.clear) : '–',
    number(row.loopP99Ms, 1),
    `${row.lost}, ${row.crossed}, ${row.disordered}, ${row.left}`,
    `${number(row.loadBusy, 2)}, ${number(row.loadLagP99Ms, 1)}`,
  ];
}

/** For a terminal: columns under each other. */
export function screenTable(rows: readonly Row[]): string {
  return onScreen([HEAD, ...rows.map((row) => cellsOf(row))]);
}

export function markdownTable(rows: readonly Row[]): string {
  return inMarkdown([HEAD, ...rows.map((row) => cellsOf(row))]);
}

const CAPACITY_HEAD = [
  'Relay',
  'calls',
  'core',
  'to agent p99 ms',
  'to caller p99 ms',
  'load: core, late p99 ms',
  '',
];

function capacityCells({ target, calls, verdict, measured }: CapacityStep): readonly string[] {
  const { busy, load } = measured;
  return [
    target,
    String(calls),
    number(busy, 2),
    number(load.up.delays.p99, 2),
    number(load.down.delays.p99, 2),
    `${number(load.busy, 2)}, ${number(load.lagP99Ms, 1)}`,
    verdict,
  ];
}

export function capacityTable(steps: readonly CapacityStep[], isMarkdown = false): string {
  const lines = [CAPACITY_HEAD, ...steps.map((step) => capacityCells(step))];
  return isMarkdown ? inMarkdown(lines) : onScreen(lines);
}

export function soakLine(report: SoakReport): string {
  const { calls, seconds, earlyMb, lateMb, worstP99Ms, lost, crossed, disordered, left } = report;
  return (
    `${calls} calls for ${seconds} s: ${number(earlyMb, 1)} MB resident once settled, ${number(lateMb, 1)} MB at the end; worst p99 of ten seconds ` +
    `${number(worstP99Ms, 1)} ms; lost ${lost}, crossed ${crossed}, disordered ${disordered}, left open ${left}.`
  );
}

export function onScreen(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_head, at) =>
    Math.max(...lines.map((cells) => cells[at]?.length ?? 0)),
  );
  return lines
    .map((cells) =>
      cells
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function inMarkdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function delays({ p50, p95, p99, max }: Row['up']): string {
  return [p50, p95, p99, max].map((ms) => number(ms, 2)).join(' / ');
}

function ends({ p50, p99 }: Row['up']): string {
  return `${number(p50, 1)} / ${number(p99, 1)}`;
}

export function number(value: number | undefined, digits: number): string {
  return value === undefined ? '–' : value.toFixed(digits);
}
