/** Which numbers may be dialled. */
import { refusalOf, type DestinationFacts } from '../../src/core/call/destination.js';

const US: DestinationFacts = { number: '+14155550123', country: 'US', isPremiumRate: false };

describe('a destination', () => {
  it('may be dialled when nothing speaks against it', () => {
    expect(refusalOf(US, undefined)).toBeUndefined();
  });

  it.each([
    ['premium-rate', { ...US, number: '+19005550123', isPremiumRate: true }],
    ['satellite (870)', { ...US, number: '+870773111632', country: undefined }],
    ['satellite (881)', { ...US, number: '+881612345678', country: undefined }],
    ['international network (883)', { ...US, number: '+883510001234', country: undefined }],
  ])('is refused when it is %s, even where a rule covers it', (_kind, facts) => {
    expect(refusalOf(facts, undefined)).toMatch(/never dialled/);
    expect(refusalOf(facts, ['+', 'US', facts.number])).toMatch(/never dialled/);
  });

  it('must be covered by a country or a prefix where rules are set', () => {
    expect(refusalOf(US, ['CA', 'US'])).toBeUndefined();
    expect(refusalOf(US, ['+1415'])).toBeUndefined();
    expect(refusalOf(US, ['CA', '+1416'])).toMatch(/ALLOWED_DESTINATIONS/);
    expect(refusalOf({ ...US, country: undefined }, ['US'])).toMatch(/ALLOWED_DESTINATIONS/);
  });

  it('is refused by an empty list of rules', () => {
    expect(refusalOf(US, [])).toMatch(/ALLOWED_DESTINATIONS/);
  });
});
