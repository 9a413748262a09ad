/** The figures of a call, on pieces whose times and bytes are written by hand. */
import { cutInsOf, passageOf, quantiles, type TimedPiece } from '../../../src/simulators/sandbox/figures.js';

const piece = (bytes: string, atMs: number): TimedPiece => ({ payload: Buffer.from(bytes), atMs });

describe('the passage from one end to the other', () => {
  it('is exact and complete when every byte arrives in order, however it is cut', () => {
    const sent = [piece('abcd', 0), piece('ef', 20)];
    const received = [piece('ab', 1), piece('cde', 3), piece('f', 25)];
    expect(passageOf(sent, received)).toEqual({
      pieces: 2,
      bytes: 6,
      lostBytes: 0,
      exact: true,
      exactBytes: 6,
      // The last byte of the first piece came with the second arrival, that of the second with the third.
      delayMs: { p50: 3, p99: 5, max: 5 },
    });
  });

  it('counts what is missing at the end as lost', () => {
    const { lostBytes, exact } = passageOf([piece('abcd', 0), piece('efgh', 20)], [piece('abcd', 1)]);
    expect({ lostBytes, exact }).toEqual({ lostBytes: 4, exact: true });
  });

  it('is not exact when a piece in the middle is missing', () => {
    const sent = [piece('aa', 0), piece('bb', 20), piece('cc', 40)];
    const { lostBytes, exact } = passageOf(sent, [piece('aa', 1), piece('cc', 41)]);
    expect({ lostBytes, exact }).toEqual({ lostBytes: 2, exact: false });
  });

  it('says up to where it is exact, and measures no delay of pieces that nobody can tell apart', () => {
    const sent = [piece('aa', 0), piece('bb', 20), piece('cc', 40), piece('dd', 60)];
    // The last piece came after the closing began, and makes up in number for the one that is missing.
    const passage = passageOf(sent, [piece('aa', 1), piece('cc', 41), piece('dd', 61)], { openUntilMs: 50 });
    expect(passage).toMatchObject({
      exact: false,
      exactBytes: 2,
      delayMs: { p50: Number.NaN, max: Number.NaN },
    });
    expect(passageOf(sent, [piece('aaX', 1)])).toMatchObject({ exact: false, exactBytes: 2 });
    expect(passageOf([piece('aa', 0)], [piece('aa', 1), piece('bb', 2)]).exactBytes).toBe(2);
  });

  it('is not exact when a piece comes twice, at the end as well', () => {
    const sent = [piece('aa', 0), piece('bb', 20)];
    expect(passageOf(sent, [piece('aa', 1), piece('aa', 2), piece('bb', 21)]).exact).toBe(false);
    expect(passageOf(sent, [piece('aa', 1), piece('bb', 21), piece('bb', 22)]).exact).toBe(false);
  });

  it('is not exact when bytes are changed or swapped', () => {
    const sent = [piece('ab', 0), piece('cd', 20)];
    expect(passageOf(sent, [piece('abXd', 21)])).toMatchObject({ lostBytes: 0, exact: false });
    expect(passageOf(sent, [piece('cdab', 21)])).toMatchObject({ lostBytes: 0, exact: false });
  });

  it('does not ask for what was sent when the other side was closing, but takes it', () => {
    const sent = [piece('aa', 0), piece('bb', 20), piece('cc', 40)];
    const limits = { openUntilMs: 30 };
    expect(passageOf(sent, [piece('aa', 1), piece('bb', 21)], limits)).toMatchObject({
      pieces: 2,
      lostBytes: 0,
      exact: true,
    });
    expect(passageOf(sent, [piece('aabbcc', 45)], limits)).toMatchObject({ lostBytes: 0, exact: true });
    expect(passageOf(sent, [piece('aa', 1)], limits).lostBytes).toBe(2);
  });

  it('leaves pieces that were held back out of the delay, and their bytes in the count', () => {
    const sent = [piece('aa', 0), piece('bb', 500), piece('cc', 520)];
    const received = [piece('aa', 400), piece('bb', 501), piece('cc', 523)];
    const passage = passageOf(sent, received, { measuredFromMs: 400 });
    expect(passage).toMatchObject({ bytes: 6, exact: true, delayMs: { p50: 1, max: 3 } });
  });

  it('has no delay where nothing arrived', () => {
    const { delayMs, lostBytes, bytes } = passageOf([piece('aa', 0)], []);
    expect({ delayMs, lostBytes, bytes }).toEqual({
      delayMs: { p50: Number.NaN, p99: Number.NaN, max: Number.NaN },
      lostBytes: 2,
      bytes: 0,
    });
  });
});

describe('quantiles', () => {
  it('are values that were measured, by nearest rank', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(quantiles(values)).toEqual({ p50: 100, p99: 198, max: 200 });
    expect(quantiles([7])).toEqual({ p50: 7, p99: 7, max: 7 });
  });
});

describe('cutting in', () => {
  it('is measured from the voice that caused it, and from the agent’s word, to the clear', () => {
    const found = cutInsOf([1000, 5000, 9000], [{ atMs: 5210 }], [{ atMs: 5212, bytes: 8000 }]);
    expect(found).toEqual([{ voiceToSilenceMs: 212, relayMs: 2, clearedBytes: 8000 }]);
  });

  it('is nothing that can be measured when nobody spoke', () => {
    expect(cutInsOf([], [{ atMs: 10 }], [{ atMs: 12, bytes: 8 }])).toEqual([]);
  });
});
