/**
 * How many calls one core carries: more and more of them, until audio comes late or not at all. Where the load itself is at its limit,
 * the step says nothing about the relay, and the figure is a lower bound.
 */
import { measure, type Measurement } from './measure.js';
import { profileOf } from './profile.js';
import type { Target } from './target.js';

const STEPS = [100, 200, 300, 400, 500, 600, 700, 800, 1000, 1200, 1500, 2000];
/** Milliseconds of delay at p99 that a listener does not notice: a frame. */
export const LATEST_P99_MS = 20;
/** Beyond these the load is what is measured. */
const LOAD_BUSY = 0.85;
export const LOAD_LATE_MS = 10;

export interface CapacityStep {
  readonly target: string;
  readonly calls: number;
  readonly verdict: 'carried' | 'too late' | 'lost' | 'the load is at its limit';
  readonly measured: Measurement;
}

export function verdictOf({ load }: Pick<Measurement, 'load'>): CapacityStep['verdict'] {
  const { up, down, busy, lagP99Ms } = load;
  const isLate = Math.max(up.delays.p99, down.delays.p99) >= LATEST_P99_MS;
  const isLost = [up, down].some((one) => one.lost + one.crossed + one.disordered > 0);
  if (!isLate && !isLost) return 'carried';
  if (busy > LOAD_BUSY || lagP99Ms > LOAD_LATE_MS) return 'the load is at its limit';
  return isLost ? 'lost' : 'too late';
}

/** Step by step until one is not carried twice. */
export async function capacityOf(
  target: Target,
  seconds: number,
  tell: (step: CapacityStep) => void,
): Promise<readonly CapacityStep[]> {
  const steps: CapacityStep[] = [];
  for (const calls of STEPS) {
    let step: CapacityStep | undefined;
    // The machine has moments of its own: a step that fails is tried once more.
    for (let tries = 0; tries < 2 && step?.verdict !== 'carried'; tries += 1) {
      const measured = await measure(target, { profile: profileOf('conversation', calls), calls, seconds });
      step = { target: target.name, calls, verdict: verdictOf(measured), measured };
      tell(step);
    }
    if (step) steps.push(step);
    if (step?.verdict !== 'carried') break;
  }
  return steps;
}
