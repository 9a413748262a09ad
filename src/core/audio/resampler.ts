/**
 * Changes the sample rate of 16-bit audio by a polyphase windowed sinc (Kaiser), chunk by chunk with the same result as in one
 * piece. For simulators and recordings; the relay never resamples. Linear interpolation would fold everything above the new band
 * back into it, which is heard as hiss.
 */

/** Zero crossings on each side: enough for a slope of 500 Hz when the new rate is 8000 Hz. */
const CROSSINGS = 40;
/** Aliases stay some 85 dB below. */
const KAISER_BETA = 8.5;
/** Middle of the slope, as a part of the new band: at 8000 Hz all up to 3500 Hz passes, and nothing above 4000 Hz. */
const PASS = 0.9375;

/** Modified Bessel function of order zero, by its series. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** The windowed sinc at a distance in zero crossings; nothing beyond the last one. */
function kernel(x: number): number {
  const edge = Math.abs(x) / CROSSINGS;
  if (edge > 1) return 0;
  const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  return sinc * (bessel(KAISER_BETA * Math.sqrt(1 - edge * edge)) / bessel(KAISER_BETA));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Weights of the input samples around an output sample that lies `offset` samples after the middle one. Their sum is 1. */
function bankOf(offset: number, cutoff: number, reach: number): Float64Array {
  const bank = Float64Array.from({ length: 2 * reach + 1 }, (_, at) =>
    kernel((at - reach - offset) * cutoff),
  );
  const gain = bank.reduce((sum, weight) => sum + weight, 0);
  return bank.map((weight) => weight / gain);
}

export class Resampler {
  /** Input samples on each side of an output sample. */
  private readonly reach: number;
  private readonly phases: number;
  /** From one output sample to the next, in `phases`-ths of an input sample. */
  private readonly step: number;
  private readonly banks: readonly Float64Array[];
  /** Input that is still needed; it begins `reach` samples before the middle of the next output sample. */
  private held: Float64Array;
  private phase = 0;

  /**
   * @param fromHz and toHz whole and above 0. Every rate of telephones and sound cards will do; a weight table is made for each
   * phase, so that a pair without a common divisor costs a large one.
   * @throws RangeError for any other rate.
   */
  constructor(fromHz: number, toHz: number) {
    for (const rateHz of [fromHz, toHz]) {
      if (!Number.isSafeInteger(rateHz) || rateHz <= 0)
        throw new RangeError(`${rateHz} Hz is not a sample rate`);
    }
    const divisor = greatestCommonDivisor(fromHz, toHz);
    const cutoff = Math.min(1, toHz / fromHz) * PASS;
    // One more, because the middle sample may lie up to one sample before the output.
    const reach = Math.ceil(CROSSINGS / cutoff) + 1;
    const phases = toHz / divisor;
    this.step = fromHz / divisor;
    this.phases = phases;
    this.reach = reach;
    this.banks = Array.from({ length: phases }, (_, phase) => bankOf(phase / phases, cutoff, reach));
    this.held = new Float64Array(reach);
  }

  /** What can be made of everything so far; the last `reach` samples wait for those that follow. */
  push(samples: Int16Array): Int16Array {
    return this.make(samples, samples.length);
  }

  /** What is left, with silence behind it. Nothing may be pushed afterwards. */
  end(): Int16Array {
    return this.make(new Int16Array(), this.reach);
  }

  /** @param added samples by which the input grows: those given, then silence. */
  private make(samples: Int16Array, added: number): Int16Array {
    const held = new Float64Array(this.held.length + added);
    held.set(this.held);
    held.set(samples, this.held.length);
    const out: number[] = [];
    let first = 0;
    while (first + 2 * this.reach < held.length) {
      out.push(this.sampleAt(held, first));
      this.phase += this.step;
      first += Math.floor(this.phase / this.phases);
      this.phase %= this.phases;
    }
    // A step is shorter than the reach, so the next output never begins beyond what has come.
    this.held = held.slice(first);
    return Int16Array.from(out);
  }

  private sampleAt(held: Float64Array, first: number): number {
    const bank = this.banks[this.phase] ?? new Float64Array();
    let sum = 0;
    for (let at = 0; at < bank.length; at += 1) sum += (bank[at] ?? 0) * (held[first + at] ?? 0);
    return Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  }
}

/** All in one piece. The result has as many samples as the new rate has in the time of the old ones, rounded up. */
export function resample(samples: Int16Array, fromHz: number, toHz: number): Int16Array {
  if (fromHz === toHz) return samples;
  const resampler = new Resampler(fromHz, toHz);
  const head = resampler.push(samples);
  const tail = resampler.end();
  const all = new Int16Array(head.length + tail.length);
  all.set(head);
  all.set(tail, head.length);
  return all;
}
