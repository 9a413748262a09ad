/** Which numbers may be dialled. */
import { refusalOf, type DestinationFacts } from '../../src/core/call/destination.js';

const US: DestinationFacts = {
  number: '+14155550123',
  country: 'US',
  nationalNumber: '4155550123',
  kind: 'ordinary',
  isValid: true,
};

function ruleOf(
  facts: Partial<DestinationFacts>,
  allowed?: readonly string[],
  exempt?: readonly string[],
): string {
  return refusalOf({ ...US, ...facts }, { allowed, exempt })?.rule ?? 'dialled';
}

describe('a destination', () => {
  it('is dialled when nothing speaks against it', () => {
    expect(ruleOf({})).toBe('dialled');
  });

  it.each<[string, Partial<DestinationFacts>]>([
    ['premium-rate', { number: '+19005550123', kind: 'premium-rate' }],
    ['shared-cost', { number: '+33810123456', country: 'FR', kind: 'shared-cost' }],
    ['satellite', { number: '+870773111632', country: undefined }],
    ['satellite', { number: '+881612345678', country: undefined }],
    ['satellite', { number: '+883510001234', country: undefined }],
    ['invalid', { number: '+15551234567', country: undefined, isValid: false }],
  ])('is refused as %s, also where the allow-list has it, and told how to lift that', (rule, facts) => {
    const given = { ...US, ...facts };
    expect(ruleOf(given)).toBe(rule);
    expect(ruleOf(given, ['US', 'FR', given.number])).toBe(rule);
    expect(refusalOf(given, { allowed: undefined, exempt: undefined })?.text).toMatch(/EXEMPT_DESTINATIONS/);
    expect(ruleOf(given, ['DE'], [given.number.slice(0, 5)])).toBe('dialled');
    expect(ruleOf(given, undefined, ['+4999'])).toBe(rule);
  });

  it.each(['911', '112', '12', '000'])('is never an emergency number or short code: %s', (nationalNumber) => {
    const given = { number: `+1${nationalNumber}`, nationalNumber, isValid: false };
    expect(ruleOf(given)).toBe('emergency');
    expect(ruleOf(given, ['US', '+1'], [given.number])).toBe('emergency');
  });

  it('must be covered by a country or a prefix where an allow-list is set', () => {
    expect(ruleOf({}, ['CA', 'US'])).toBe('dialled');
    expect(ruleOf({}, ['+1415'])).toBe('dialled');
    expect(ruleOf({}, ['CA', '+1416'])).toBe('allow-list');
    expect(ruleOf({ country: undefined }, ['US'])).toBe('allow-list');
    expect(ruleOf({}, [])).toBe('allow-list');
    expect(refusalOf(US, { allowed: [], exempt: undefined })?.text).toMatch(/ALLOWED_DESTINATIONS/);
  });
});
