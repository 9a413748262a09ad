/** The resampler, measured by tones at every rate that telephones, synthesisers and sound cards use. */
import { Resampler, resample } from '../../src/core/audio/resampler.js';

function tone(hz: number, rateHz: number, seconds = 0.3): Int16Array {
  return Int16Array.from({ length: rateHz * seconds }, (_, at) =>
    Math.round(10_000 * Math.sin((2 * Math.PI * hz * at) / rateHz)),
  );
}

/** Of a tone, in dB against its amplitude of 10,000, away from the edges. */
function level(samples: Int16Array): number {
  const middle = samples.slice(samples.length / 4, (samples.length * 3) / 4);
  const rms = Math.sqrt(middle.reduce((sum, value) => sum + value * value, 0) / middle.length);
  return 20 * Math.log10((rms * Math.SQRT2) / 10_000 + 1e-9);
}

describe('the resampler', () => {
  it.each([16_000, 22_050, 44_100, 48_000])('keeps the telephone band from %i Hz flat', (rateHz) => {
    for (const hz of [300, 1000, 2000, 3400])
      expect(Math.abs(level(resample(tone(hz, rateHz), rateHz, 8000)))).toBeLessThan(0.05);
  });

  it.each([16_000, 22_050, 44_100, 48_000])(
    'lets nothing above the new band fold back from %i Hz',
    (rateHz) => {
      // What is left at all is the rounding to whole numbers, at about -88 dB.
      for (const hz of [4050, 4500, 5000, 7000])
        expect(level(resample(tone(hz, rateHz), rateHz, 8000))).toBeLessThan(-75);
    },
  );

  it('adds no image of the tone when the rate is raised', () => {
    const raised = resample(tone(1000, 8000), 8000, 48_000);
    expect(Math.abs(level(raised))).toBeLessThan(0.05);
    const wanted = tone(1000, 48_000);
    const difference = raised.map((value, at) => value - (wanted[at] ?? 0));
    expect(level(difference)).toBeLessThan(-70);
  });

  it('neither delays nor advances what it is given', () => {
    const wanted = tone(1000, 8000);
    const difference = resample(tone(1000, 44_100), 44_100, 8000).map(
      (value, at) => value - (wanted[at] ?? 0),
    );
    expect(level(difference)).toBeLessThan(-70);
  });

  it.each([
    [16_000, 8000, 1],
    [16_000, 8000, 137],
    [22_050, 8000, 441],
    [8000, 48_000, 160],
  ])('makes the same from %i to %i Hz of one piece and of pieces of %i', (fromHz, toHz, pieceLength) => {
    const whole = tone(700, fromHz, 0.1);
    const resampler = new Resampler(fromHz, toHz);
    const pieces: number[] = [];
    for (let at = 0; at < whole.length; at += pieceLength)
      pieces.push(...resampler.push(whole.slice(at, at + pieceLength)));
    pieces.push(...resampler.end());
    expect(pieces).toEqual([...resample(whole, fromHz, toHz)]);
    expect(pieces).toHaveLength(toHz * 0.1);
  });

  it('makes everything but the last samples before the end', () => {
    const resampler = new Resampler(16_000, 8000);
    const made = resampler.push(tone(700, 16_000, 0.1)).length;
    expect(made).toBeGreaterThan(740);
    expect(made + resampler.end().length).toBe(800);
  });

  it('stays within 16 bits when the filter overshoots', () => {
    const square = Int16Array.from({ length: 1600 }, (_, at) => (at % 160 < 80 ? 32_767 : -32_768));
    const made = resample(square, 16_000, 8000);
    expect(Math.max(...made)).toBe(32_767);
    expect(Math.min(...made)).toBe(-32_768);
    // Wrapped around, a loud sample would be followed by one of the other sign.
    const isWrapped = made.some((value, at) => {
      const nearEdge = at % 40 < 4 || at % 40 > 35;
      return !nearEdge && value > 0 !== at % 80 < 40;
    });
    expect(isWrapped).toBe(false);
  });

  it('returns what already has the rate, and nothing for nothing', () => {
    const samples = Int16Array.of(1, 2, 3);
    expect(resample(samples, 8000, 8000)).toBe(samples);
    expect(resample(new Int16Array(), 16_000, 8000)).toHaveLength(0);
  });

  it.each([0, -8000, 44_100.5, NaN])('refuses a rate of %d Hz', (rateHz) => {
    expect(() => new Resampler(rateHz, 8000)).toThrow(RangeError);
    expect(() => new Resampler(8000, rateHz)).toThrow(`${rateHz} Hz is not a sample rate`);
  });
});
