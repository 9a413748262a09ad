/** Money: whole millionths inside, decimal text outside. */
import { usdMicrosOf, usdText } from '../../src/core/cost/money.js';

describe('an amount', () => {
  it.each([
    ['-0.0140', -14_000],
    ['0.000001', 1],
    ['1', 1_000_000],
    ['+12.5', 12_500_000],
    ['0.', 0],
    ['-0.0', 0],
    ['999999999.999999', 999_999_999_999_999],
    [' 0.1 ', 100_000],
  ])('is read from the text %j', (text, micros) => {
    expect(usdMicrosOf(text)).toBe(micros);
  });

  it('is rounded to the nearest millionth, away from zero in the middle', () => {
    expect(['0.0000014', '0.0000015', '-0.0000015', '0.9999996'].map((text) => usdMicrosOf(text))).toEqual([
      1, 2, -2, 1_000_000,
    ]);
  });

  it('is read from a number of JSON without the dust of floating point', () => {
    expect([0.1 + 0.2, 0.083737, 1e-7, 4.35, 1.005].map((number) => usdMicrosOf(number))).toEqual([
      300_000, 83_737, 0, 4_350_000, 1_005_000,
    ]);
  });

  it.each([
    null,
    undefined,
    '',
    'free',
    '1e3',
    '1,50',
    '0x10',
    '.5',
    '1.2.3',
    '9999999999',
    Number.NaN,
    Infinity,
    1e12,
    {},
    true,
  ])('is not made of %p', (value) => {
    expect(usdMicrosOf(value)).toBeUndefined();
  });

  it('is written with four digits, and up to six where there are that many', () => {
    expect([0, 14_000, 12_500_000, 123_456, 10, -1_000_001].map((micros) => usdText(micros))).toEqual([
      '0.0000',
      '0.0140',
      '12.5000',
      '0.123456',
      '0.00001',
      '-1.000001',
    ]);
  });

  it('comes back as it was written', () => {
    for (const micros of [0, 1, 99, 18_400, 999_999, 1_000_000, 123_456_789])
      expect(usdMicrosOf(usdText(micros))).toBe(micros);
  });
});
