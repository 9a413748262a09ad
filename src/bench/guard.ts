/**
 * What a change may not do to the relay, in figures that survive a busy machine: nothing lost, crossed or disordered, nothing left open,
 * and the price of a message in processor time as a multiple of what a pipe of bytes takes beside it.
 */
import type { Row } from './summary.js';

/** Measured are 1.4 to 2.5, the latter beside other work: the margin is for such machines, not for us. */
const MOST_OF_THE_PIPE = 4;

/** @returns one line per fault; none where all is well. */
export function faultsOf(ours: Row, pipe: Row): readonly string[] {
  const faults: string[] = [];
  for (const what of ['lost', 'crossed', 'disordered', 'left'] as const)
    if (ours[what] > 0) faults.push(`${what}: ${ours[what]}, expected 0`);
  // Where the system does not tell processor time there is nothing to compare.
  if (ours.micros === undefined || pipe.micros === undefined) return faults;
  const times = ours.ratio ?? Infinity;
  if (times > MOST_OF_THE_PIPE)
    faults.push(
      `a message costs ${times.toFixed(2)} times what the pipe of bytes takes, expected at most ${MOST_OF_THE_PIPE}`,
    );
  return faults;
}
