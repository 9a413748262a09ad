/**
 * From the rounds beside trouble to the figures that are shown: medians, and by how much p99 differs from that of the undisturbed service
 * of the same round.
 */
import type { DisturbedMeasurement } from './disturb.js';
import { UNDISTURBED } from './disturbances.js';
import type { Measurement } from './measure.js';
import { median } from './summary.js';
import type { Proof } from './trouble.js';

/** Milliseconds, of one direction. */
export interface DisturbedDelay {
  readonly p50: number;
  readonly p99: number;
  /** Of p99 to the undisturbed one of the same round: median, least and most. */
  readonly moved: readonly [number, number, number] | undefined;
}

export interface DisturbedRow {
  readonly name: string;
  readonly rounds: number;
  readonly up: DisturbedDelay;
  readonly down: DisturbedDelay;
  /** Of all rounds together; anything but nothing is a fault. */
  readonly lost: number;
  readonly crossed: number;
  readonly disordered: number;
  readonly left: number;
  /** Milliseconds by which the loop of the service was late at p99, and that of the load. */
  readonly loopP99Ms: number | undefined;
  readonly loadLagP99Ms: number;
  /** Share of one processor that the service took. */
  readonly busy: number | undefined;
  /** What happened in a round, medians. */
  readonly proof: Proof;
}

type Round = readonly DisturbedMeasurement[];
type Direction = 'up' | 'down';

export function summariseDisturbed(rounds: readonly Round[]): readonly DisturbedRow[] {
  const names = [...new Set(rounds.flatMap((round) => round.map(({ name }) => name)))];
  return names.map((name) => rowOf(name, rounds));
}

function rowOf(name: string, rounds: readonly Round[]): DisturbedRow {
  const own = rounds.flatMap((round) => round.filter((one) => one.name === name));
  const measured = own.map((one) => one.measured);
  const sum = (of: 'lost' | 'crossed' | 'disordered'): number =>
    measured.reduce((all, { load: { up, down } }) => all + up[of] + down[of], 0);
  return {
    name,
    rounds: own.length,
    up: delayOf(name, 'up', rounds),
    down: delayOf(name, 'down', rounds),
    lost: sum('lost'),
    crossed: sum('crossed'),
    disordered: sum('disordered'),
    left: measured.reduce((all, { left }) => all + left, 0),
    loopP99Ms: median(measured.map(({ loopP99Ms }) => loopP99Ms)),
    loadLagP99Ms: median(measured.map(({ load }) => load.lagP99Ms)) ?? 0,
    busy: median(measured.map(({ busy }) => busy)),
    proof: proofOf(own),
  };
}

function delayOf(name: string, direction: Direction, rounds: readonly Round[]): DisturbedDelay {
  const own = rounds.flatMap((round) => measuredOf(round, name) ?? []);
  const moved = rounds.flatMap((round) => {
    const [mine, base] = [name, UNDISTURBED].map((one) => measuredOf(round, one)?.load[direction].delays.p99);
    return mine === undefined || base === undefined ? [] : [mine - base];
  });
  const middle = name === UNDISTURBED ? undefined : median(moved);
  return {
    p50: median(own.map(({ load }) => load[direction].delays.p50)) ?? 0,
    p99: median(own.map(({ load }) => load[direction].delays.p99)) ?? 0,
    moved: middle === undefined ? undefined : [middle, Math.min(...moved), Math.max(...moved)],
  };
}

function measuredOf(round: Round, name: string): Measurement | undefined {
  return round.find((one) => one.name === name)?.measured;
}

/** What agents sent, and what the surroundings saw. */
function proofOf(own: Round): Proof {
  const proofs = own.map(({ proof, measured: { load } }) => ({
    'turns said': load.chatter.turns,
    ...(load.chatter.toolCalls > 0
      ? { 'tools called': load.chatter.toolCalls, 'tools answered': load.chatter.toolAnswers }
      : {}),
    ...proof,
  }));
  const words = [...new Set(proofs.flatMap((proof) => Object.keys(proof)))];
  return Object.fromEntries(
    words.map((word) => [word, median(proofs.map((proof: Proof) => proof[word] ?? 0)) ?? 0]),
  );
}
