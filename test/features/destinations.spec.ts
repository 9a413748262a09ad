/** Numbers of the world as libphonenumber knows them, at the door of the phone network. */
import { Destinations } from '../../src/calls/destinations.js';
import { CordboardError } from '../../src/core/errors.js';
import { Metrics } from '../../src/ops/metrics.js';
import { environmentWith } from '../support/builders.js';

function outcomeOf(number: string, variables: Readonly<Record<string, string>> = {}): string {
  try {
    new Destinations(environmentWith(variables), new Metrics()).check(number);
    return 'dialled';
  } catch (error) {
    if (!(error instanceof CordboardError)) throw error;
    return String(error.members['rule'] ?? `${error.code} ${error.faults[0]?.field}`);
  }
}

describe('a number', () => {
  it.each([
    '+14155550123',
    '+442071838750',
    '+4930123456',
    '+33612345678',
    '+919876543210',
    '+5511987654321',
    '+8613912345678',
    '+18005550123',
  ])('%s is dialled', (number) => {
    expect(outcomeOf(number)).toBe('dialled');
  });

  it.each([
    ['+19005550123', 'premium-rate'],
    ['+449098790000', 'premium-rate'],
    ['+499001234567', 'premium-rate'],
    ['+979123456789', 'premium-rate'],
    ['+33810123456', 'shared-cost'],
    ['+491805123456', 'shared-cost'],
    ['+80812345678', 'shared-cost'],
    ['+881612345678', 'satellite'],
    ['+870773112345', 'satellite'],
    ['+8835100123456', 'satellite'],
    ['+447012345678', 'personal'],
    ['+447640123456', 'personal'],
    ['+878101234567', 'personal'],
    ['+1911', 'emergency'],
    ['+112', 'emergency'],
    ['+911', 'emergency'],
    ['+44999', 'emergency'],
    ['+61000', 'emergency'],
    ['+49110', 'emergency'],
    ['+15551234567', 'bad-input to'],
    ['+999123456789', 'bad-input to'],
    ['+1415555012', 'bad-input to'],
    // The trunk zero makes another number of the same person.
    ['+4402071838750', 'bad-input to'],
    ['+49030123456', 'bad-input to'],
    // Premium-rate with digits too many: networks would route it all the same.
    ['+4990012345678901', 'bad-input to'],
  ])('%s is refused as %s', (number, rule) => {
    expect(outcomeOf(number)).toBe(rule);
  });

  it('is dialled against the rules where its prefix is exempt, emergency numbers excepted', () => {
    const variables = { ALLOWED_DESTINATIONS: 'US', EXEMPT_DESTINATIONS: '+8816,+1555,+1911' };
    expect(outcomeOf('+881612345678', variables)).toBe('dialled');
    expect(outcomeOf('+15551234567', variables)).toBe('dialled');
    expect(outcomeOf('+1911', variables)).toBe('emergency');
    expect(outcomeOf('+442071838750', variables)).toBe('allow-list');
  });

  it('of a country that shares its code is told from its neighbours', () => {
    expect(outcomeOf('+18762345678', { ALLOWED_DESTINATIONS: 'US,CA' })).toBe('allow-list');
    expect(outcomeOf('+16135550123', { ALLOWED_DESTINATIONS: 'US,CA' })).toBe('dialled');
  });
});
