/**
 * Changes the sample rate of 16-bit audio by a windowed sinc (Kaiser), chunk by chunk with the same result as in one piece.
 * Linear interpolation would fold everything above the new band back into it, which is heard as hiss.
 */

/** Zero crossings on each side: enough for aliases below -80 dB with the window below. */
const CROSSINGS = 24;
const KAISER_BETA = 8.5;
/** Part of the new band that passes; the rest is the filter's slope. */
const PASS = 0.92;

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

export class Resampler {
  private readonly step: number;
  private readonly cutoff: number;
  private readonly reach: number;
  private held: Float64Array = new Float64Array();
  /** Index in the whole input of the first held sample. */
  private heldFrom = 0;
  private made = 0;
  private received = 0;

  constructor(fromHz: number, toHz: number) {
    this.step = fromHz / toHz;
    this.cutoff = Math.min(1, toHz / fromHz) * PASS;
    this.reach = Math.ceil(CROSSINGS / this.cutoff);
  }

  /** What can be made of everything so far. */
  push(samples: Int16Array): Int16Array {
    const held = new Float64Array(this.held.length + samples.length);
    held.set(this.held);
    held.set(samples, this.held.length);
    this.held = held;
    this.received += samples.length;
    return this.make(this.received - this.reach);
  }

  /** What is left, with silence behind it. */
  end(): Int16Array {
    return this.make(this.received);
  }

  private make(until: number): Int16Array {
    const out: number[] = [];
    for (let centre = this.made * this.step; centre < until; centre = this.made * this.step) {
      out.push(Math.max(-32_768, Math.min(32_767, Math.round(this.at(centre)))));
      this.made += 1;
    }
    const keepFrom = Math.max(this.heldFrom, Math.floor(this.made * this.step) - this.reach);
    this.held = this.held.slice(keepFrom - this.heldFrom);
    this.heldFrom = keepFrom;
    return Int16Array.from(out);
  }

  private at(centre: number): number {
    let sum = 0;
    const first = Math.max(this.heldFrom, Math.ceil(centre - this.reach));
    const last = Math.min(this.received - 1, Math.floor(centre + this.reach));
    for (let at = first; at <= last; at += 1) {
      sum += (this.held[at - this.heldFrom] ?? 0) * this.weight(at - centre);
    }
    return sum;
  }

  private weight(distance: number): number {
    const x = distance * this.cutoff;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    const edge = distance / this.reach;
    return (
      this.cutoff *
      sinc *
      (bessel(KAISER_BETA * Math.sqrt(Math.max(0, 1 - edge * edge))) / bessel(KAISER_BETA))
    );
  }
}

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
