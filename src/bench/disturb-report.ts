/**
 * The figures beside trouble as a table, for the screen and for docs/benchmarks.md.
 */
import type { DisturbedDelay, DisturbedRow } from './disturb-summary.js';
import { inMarkdown, number, onScreen } from './report.js';

const HEAD = [
  'Beside',
  'to agent p50 / p99 ms',
  'p99 moved by [range]',
  'to caller p50 / p99 ms',
  'p99 moved by [range]',
  'lost, crossed, disordered, left open',
  'core',
  'loop p99 ms',
  'load: late p99 ms',
  'what happened in a round',
];

export function disturbedTable(rows: readonly DisturbedRow[], isMarkdown = false): string {
  const lines = [HEAD, ...rows.map((row) => cellsOf(row))];
  return isMarkdown ? inMarkdown(lines) : onScreen(lines);
}

function cellsOf(row: DisturbedRow): readonly string[] {
  const { name, up, down, lost, crossed, disordered, left, busy, loopP99Ms, loadLagP99Ms, proof } = row;
  const happened = Object.entries(proof).map(
    ([word, count]) => `${number(count, Number.isInteger(count) ? 0 : 1)} ${word}`,
  );
  return [
    name,
    ends(up),
    movedBy(up),
    ends(down),
    movedBy(down),
    `${lost}, ${crossed}, ${disordered}, ${left}`,
    number(busy, 2),
    number(loopP99Ms, 1),
    number(loadLagP99Ms, 1),
    happened.join(', '),
  ];
}

function ends({ p50, p99 }: DisturbedDelay): string {
  return `${number(p50, 2)} / ${number(p99, 2)}`;
}

function movedBy({ moved }: DisturbedDelay): string {
  if (!moved) return '–';
  const [middle, least, most] = moved.map((ms) => `${ms < 0 ? '−' : '+'}${number(Math.abs(ms), 2)}`);
  return `${middle} [${least} to ${most}]`;
}
