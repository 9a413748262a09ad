/** What the summary claims of a passage: never more than was measured. */
import { passageRows } from '../../../src/simulators/sandbox/call-report.js';
import type { Passage } from '../../../src/simulators/sandbox/figures.js';

const WHOLE: Passage = {
  pieces: 10,
  bytes: 1600,
  lostBytes: 0,
  exact: true,
  exactBytes: 1600,
  delayMs: { p50: 0.5, p99: 2, max: 3.456 },
};

describe('the summary of a passage', () => {
  it('gives amount, loss, exactness and delay', () => {
    expect(passageRows('caller → agent', WHOLE, 'frames')).toEqual([
      ['caller → agent', '10 frames, 1600 bytes, none lost, bit-exact'],
      ['  added delay', 'p50 0.50 ms, p99 2.00 ms, most 3.46 ms'],
    ]);
  });

  it('says how much is missing at the end', () => {
    const [row] = passageRows('up', { ...WHOLE, bytes: 1440, exactBytes: 1440, lostBytes: 160 }, 'frames');
    expect(row).toEqual(['up', '10 frames, 1440 bytes, 160 BYTES LOST, bit-exact']);
  });

  it('claims neither loss nor delay once the bytes differ', () => {
    const delayMs = { p50: Number.NaN, p99: Number.NaN, max: Number.NaN };
    expect(passageRows('up', { ...WHOLE, exact: false, exactBytes: 480, delayMs }, 'frames')).toEqual([
      ['up', '10 frames, 1600 bytes, NOT BIT-EXACT after 480 of them'],
    ]);
  });

  it('says that nothing arrived', () => {
    expect(passageRows('up', { ...WHOLE, bytes: 0, exactBytes: 0 }, 'frames')).toEqual([
      ['up', 'nothing arrived'],
    ]);
  });
});
