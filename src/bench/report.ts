/**
 * The figures as a table, for the screen and for docs/benchmarks.md.
 */
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
  'lost, crossed, disordered',
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
    `${row.lost}, ${row.crossed}, ${row.disordered}`,
    `${number(row.loadBusy, 2)}, ${number(row.loadLagP99Ms, 1)}`,
  ];
}

/** For a terminal: columns under each other. */
export function screenTable(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.map((row) => cellsOf(row))];
  const widths = HEAD.map((_head, at) => Math.max(...lines.map((cells) => cells[at]?.length ?? 0)));
  return lines
    .map((cells) =>
      cells
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function markdownTable(rows: readonly Row[]): string {
  const lines = [HEAD, HEAD.map(() => '---'), ...rows.map((row) => cellsOf(row))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function delays({ p50, p95, p99, max }: Row['up']): string {
  return [p50, p95, p99, max].map((ms) => number(ms, 2)).join(' / ');
}

function number(value: number | undefined, digits: number): string {
  return value === undefined ? '–' : value.toFixed(digits);
}
