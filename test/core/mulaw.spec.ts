/** The codec against values of G.711 written by hand, not taken from it. */
import {
  decodeMulaw,
  encodeMulaw,
  MULAW_BYTES_PER_MS,
  MULAW_SILENCE,
  MULAW_TO_LINEAR,
} from '../../src/core/audio/mulaw.js';

describe('mu-law', () => {
  it.each([
    // Code and value as G.711 has them (table 2a, values scaled from 14 to 16 bits).
    [0x00, -32124],
    [0x0f, -16764],
    [0x10, -15996],
    [0x7e, -8],
    [0x7f, 0],
    [0x80, 32124],
    [0x8f, 16764],
    [0x90, 15996],
    [0xef, 132],
    [0xfe, 8],
    [0xff, 0],
  ])('decodes %i as the standard does', (code, value) => {
    expect(MULAW_TO_LINEAR[code]).toBe(value);
    expect([...decodeMulaw(Uint8Array.of(code))]).toEqual([value]);
  });

  it.each([
    // Decision values of the same table: the last sample of one code, and the first of the next.
    [3, 0xff],
    [4, 0xfe],
    [11, 0xfe],
    [12, 0xfd],
    [123, 0xf0],
    [124, 0xef],
    [139, 0xef],
    [140, 0xee],
    [16_251, 0x90],
    [16_252, 0x8f],
    [31_611, 0x81],
    [31_612, 0x80],
  ])('encodes %i as the standard does, and its negative with the sign turned', (value, code) => {
    expect([...encodeMulaw(Int16Array.of(value, -value))]).toEqual([code, code & 0x7f]);
  });

  it('encodes nothing as silence', () => {
    expect([...encodeMulaw(Int16Array.of(0))]).toEqual([MULAW_SILENCE]);
    expect(MULAW_BYTES_PER_MS).toBe(8);
  });

  it('brings every code back but negative zero, which becomes silence', () => {
    const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
    const back = encodeMulaw(decodeMulaw(codes));
    expect([...codes].filter((code) => back[code] !== code)).toEqual([0x7f]);
    expect(back[0x7f]).toBe(MULAW_SILENCE);
  });

  it('clips what is too loud', () => {
    expect([...encodeMulaw(Int16Array.of(32_767, -32_768))]).toEqual([0x80, 0x00]);
  });

  it('keeps a tone some 37 dB above its own noise', () => {
    const tone = Int16Array.from({ length: 8000 }, (_, at) => Math.round(12_000 * Math.sin(at * 0.31)));
    const back = decodeMulaw(encodeMulaw(tone));
    const power = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value * value, 0);
    const noise = power([...tone].map((value, at) => value - (back[at] ?? 0)));
    const snr = 10 * Math.log10(power([...tone]) / noise);
    expect(snr).toBeGreaterThan(35);
    expect(snr).toBeLessThan(40);
  });
});
