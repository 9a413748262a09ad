/** Where frames of a caller belong, by stamps that are late, doubled, disordered or nonsense. */
import { CallTracks } from '../../src/core/audio/call-tracks.js';
import { LineAxis } from '../../src/core/audio/line-axis.js';
import { decodeMulaw } from '../../src/core/audio/mulaw.js';

const MS = 8;
const START = 1_795_000_000_000;
const frame = (code: number): Buffer => Buffer.alloc(160, code);

interface Sent {
  readonly code: number;
  readonly stamp: number;
  /** Since the start; on time when left out. */
  readonly arrives?: number;
}

/** The caller's track as codes of mu-law by frame of 20 ms; undefined for silence. */
function heard(frames: readonly Sent[], takeAtMs: readonly number[] = []): (number | undefined)[] {
  const tracks = new CallTracks(START);
  const samples: number[] = [];
  const keep = (pairs: Int16Array | undefined): void => {
    if (pairs) samples.push(...pairs.filter((_, at) => at % 2 === 0));
  };
  let last = 0;
  for (const { code, stamp, arrives = stamp + 20 } of frames) {
    for (const at of takeAtMs.filter((ms) => ms > last && ms <= arrives)) keep(tracks.take(START + at));
    last = arrives;
    tracks.callerAudio(frame(code).toString('base64'), stamp, START + arrives);
  }
  keep(tracks.takeRest(START));
  return Array.from({ length: samples.length / 160 }, (_, at) => {
    const sample = samples[at * 160];
    expect(new Set(samples.slice(at * 160, (at + 1) * 160)).size).toBe(1);
    return sample === 0
      ? undefined
      : [1, 2, 3, 4, 5, 6].find((code) => decodeMulaw(frame(code))[0] === sample);
  });
}

describe('the axis of a line', () => {
  it('leaves gaps silent', () => {
    expect(
      heard([
        { code: 1, stamp: 0 },
        { code: 2, stamp: 60 },
      ]),
    ).toEqual([1, undefined, undefined, 2]);
  });

  it('does not tear apart what is stamped with jitter', () => {
    const frames = [0, 23, 38, 61, 80].map((stamp, at) => ({ code: at + 1, stamp, arrives: stamp + 25 }));
    expect(heard(frames.map((one, at) => (at === 0 ? { ...one, arrives: 20 } : one)))).toEqual([
      1, 2, 3, 4, 5,
    ]);
  });

  it('puts late and disordered frames where they belong, and doubled ones once', () => {
    const frames = [
      { code: 1, stamp: 0 },
      { code: 3, stamp: 40, arrives: 60 },
      { code: 2, stamp: 20, arrives: 62 },
      { code: 2, stamp: 20, arrives: 62 },
      { code: 4, stamp: 60 },
    ];
    expect(heard(frames)).toEqual([1, 2, 3, 4]);
  });

  it('waits for a network that stalls, and has everything that then comes at once', () => {
    const stalled = [20, 40, 60].map((stamp, at) => ({ code: at + 2, stamp, arrives: 5000 }));
    expect(heard([{ code: 1, stamp: 0 }, ...stalled], [1000, 2000, 3000, 4000, 5000])).toEqual([1, 2, 3, 4]);
  });

  it('does not wait for ever', () => {
    const tracks = new CallTracks(START);
    tracks.callerAudio(frame(1).toString('base64'), 0, START + 20);
    expect(tracks.take(START + 9000)?.length).toBe(2 * 160);
    expect(tracks.take(START + 12_000)?.length).toBe(2 * (2000 * MS - 160));
  });

  it.each([Number.NaN, 1e15, -1e15, Infinity])(
    'goes on behind the frame before when a stamp is %p',
    (stamp) => {
      expect(
        heard([
          { code: 1, stamp: 0 },
          { code: 2, stamp, arrives: 40 },
          { code: 3, stamp: 40 },
        ]),
      ).toEqual([1, 2, 3]);
    },
  );

  it('takes the first stamp as it comes, because only differences matter', () => {
    const frames = [
      { code: 1, stamp: 7_000_000, arrives: 20 },
      { code: 2, stamp: 7_000_020, arrives: 40 },
    ];
    expect(heard(frames)).toEqual([1, 2]);
  });

  it('learns from the quickest frame where now is, and follows clocks that drift apart', () => {
    const axis = new LineAxis(START);
    // The first frame was held up for 300 ms.
    expect(axis.place(0, 160, 0, START + 320)).toBe(300 * MS);
    expect(axis.at(START + 320)).toBe(320 * MS);
    axis.place(300, 160, 460 * MS, START + 321);
    expect(axis.at(START + 321)).toBe(620 * MS);
    // The carrier's clock is slow by 100 ms in two minutes.
    for (let ms = 1000; ms <= 121_000; ms += 1000) {
      const stamp = ms - (ms - 1000) / 1200;
      axis.place(stamp, 160, Math.round((300 + stamp) * MS), START + ms + 21);
    }
    const now = axis.at(START + 121_021);
    const spoken = 300 + 121_000 - 100 + 20;
    expect(Math.abs(now / MS - spoken)).toBeLessThan(52);
  });
});
