/**
 * From the measurements of all rounds to the figures that are shown: medians, and ratios within a round to the naive relay of that round,
 * since the machine itself is not the same from one minute to the next.
 */
import type { Measurement } from './measure.js';

export interface Row {
  readonly target: string;
  readonly rounds: number;
  readonly micros: number | undefined;
  /** To the base, median of the ratios of the rounds, and the least and the most of them. */
  readonly ratio: number | undefined;
  readonly ratioRange: readonly [number, number] | undefined;
  readonly helperMicros: number | undefined;
  readonly busy: number | undefined;
  readonly kilobytesPerCall: number | undefined;
  /** Milliseconds, medians of the rounds. */
  readonly up: Delay;
  readonly down: Delay;
  /** Of all rounds together; anything but nothing is a fault. */
  readonly lost: number;
  readonly crossed: number;
  readonly disordered: number;
  /** Milliseconds: to the first audio of an agent, from an interruption to the clear, and how late the relay's own loop was at p99. */
  readonly firstAudio: Delay;
  readonly clear: Delay | undefined;
  readonly loopP99Ms: number | undefined;
  /** Sockets of agents that were still open at the end, of all rounds together. */
  readonly left: number;
  readonly loadBusy: number;
  readonly loadLagP99Ms: number;
}

export interface Delay {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** @param rounds each with one measurement of every target. @param base the target that ratios are to. */
export function summarise(rounds: readonly (readonly Measurement[])[], base: string): readonly Row[] {
  const names = [...new Set(rounds.flatMap((round) => round.map(({ target }) => target)))];
  return names.map((target) => rowOf(target, rounds, base));
}

function rowOf(target: string, rounds: readonly (readonly Measurement[])[], base: string): Row {
  const own = rounds.flatMap((round) => round.filter((one) => one.target === target));
  const ratios = rounds.flatMap((round) => {
    const [mine, theirs] = [target, base].map((name) => round.find((one) => one.target === name)?.micros);
    return mine === undefined || theirs === undefined ? [] : [mine / theirs];
  });
  const directions = own.flatMap(({ load: { up, down } }) => [up, down]);
  const sum = (of: 'lost' | 'crossed' | 'disordered'): number =>
    directions.reduce((all, one) => all + one[of], 0);
  return {
    target,
    rounds: own.length,
    micros: median(own.map(({ micros }) => micros)),
    ratio: median(ratios),
    ratioRange: ratios.length === 0 ? undefined : [Math.min(...ratios), Math.max(...ratios)],
    helperMicros: median(own.map(({ helperMicros }) => helperMicros)),
    busy: median(own.map(({ busy }) => busy)),
    kilobytesPerCall: median(own.map(({ kilobytesPerCall }) => kilobytesPerCall)),
    up: delayOf(own.map(({ load }) => load.up.delays)),
    down: delayOf(own.map(({ load }) => load.down.delays)),
    firstAudio: delayOf(own.map(({ load }) => load.firstAudio)),
    clear: own.every(({ clear }) => clear) ? delayOf(own.flatMap(({ clear }) => clear ?? [])) : undefined,
    loopP99Ms: median(own.map(({ loopP99Ms }) => loopP99Ms)),
    left: own.reduce((all, { left }) => all + left, 0),
    lost: sum('lost'),
    crossed: sum('crossed'),
    disordered: sum('disordered'),
    loadBusy: median(own.map(({ load }) => load.busy)) ?? 0,
    loadLagP99Ms: median(own.map(({ load }) => load.lagP99Ms)) ?? 0,
  };
}

function delayOf(delays: readonly Delay[]): Delay {
  const of = (field: keyof Delay): number => median(delays.map((one) => one[field])) ?? 0;
  return { p50: of('p50'), p95: of('p95'), p99: of('p99'), max: of('max') };
}

/** Undefined where one is missing, or there are none. */
export function median(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined).toSorted((a, b) => a - b);
  if (known.length === 0 || known.length < values.length) return undefined;
  const middle = Math.floor(known.length / 2);
  const [low, high] = [known[known.length % 2 === 0 ? middle - 1 : middle], known[middle]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
