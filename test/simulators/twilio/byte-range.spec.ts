/** Which bytes a Range header means, without HTTP. */
import { readRange } from '../../../src/simulators/twilio/byte-range.js';

describe('a range of a hundred bytes', () => {
  it.each([
    ['bytes=0-9', { first: 0, last: 9 }],
    ['bytes=90-', { first: 90, last: 99 }],
    ['bytes=95-200', { first: 95, last: 99 }],
    ['bytes=99-99', { first: 99, last: 99 }],
    ['bytes=-10', { first: 90, last: 99 }],
    ['bytes=-500', { first: 0, last: 99 }],
  ])('is told by %s', (header, range) => {
    expect(readRange(header, 100)).toEqual(range);
  });

  it.each(['bytes=100-', 'bytes=200-300', 'bytes=-0'])('lies outside with %s', (header) => {
    expect(readRange(header, 100)).toBe('outside');
  });

  it.each([undefined, '', 'bytes=-', 'bytes=9-0', 'bytes=0-1,5-6', 'seconds=0-1', 'bytes=a-b'])(
    'is everything with %p',
    (header) => {
      expect(readRange(header, 100)).toBeUndefined();
    },
  );

  it('lies outside of nothing', () => {
    expect([readRange('bytes=0-', 0), readRange('bytes=-5', 0)]).toEqual(['outside', 'outside']);
  });
});
