/**
 * The door of the phone network: what may be dialled, by the rules of the environment and the facts of libphonenumber.
 */
import { Injectable } from '@nestjs/common';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { Environment } from '../config/environment.js';
import { refusalOf, type DestinationFacts } from '../core/call/destination.js';
import { CordboardError } from '../core/errors.js';
import { Metrics } from '../ops/metrics.js';

@Injectable()
export class Destinations {
  constructor(
    private readonly environment: Environment,
    private readonly metrics: Metrics,
  ) {}

  /**
   * @param field of the request that has the number, for the error.
   * @throws CordboardError `destination-refused` with the `rule`, `bad-input` for what is no number.
   */
  check(number: string, field = 'to'): void {
    const { ALLOWED_DESTINATIONS, EXEMPT_DESTINATIONS } = this.environment;
    const rules = { allowed: ALLOWED_DESTINATIONS, exempt: EXEMPT_DESTINATIONS };
    const refusal = refusalOf(factsOf(number), rules);
    if (!refusal) return;
    this.metrics.refusedCalls.inc({ rule: refusal.rule });
    if (refusal.rule === 'invalid')
      throw new CordboardError('bad-input', `${field}: ${refusal.text}`, [{ field, message: refusal.text }]);
    throw new CordboardError('destination-refused', refusal.text, [], { rule: refusal.rule });
  }
}

const KINDS: Readonly<Record<string, DestinationFacts['kind']>> = {
  PREMIUM_RATE: 'premium-rate',
  SHARED_COST: 'shared-cost',
  PERSONAL_NUMBER: 'personal',
  PAGER: 'personal',
};

/** Of what begins with a code that no country has, nothing is known but its digits. */
function factsOf(number: string): DestinationFacts {
  const parsed = parsePhoneNumberFromString(number);
  const type = parsed?.getType() ?? '';
  return {
    number,
    country: parsed?.country,
    nationalNumber: parsed?.nationalNumber ?? number.slice(1),
    kind: KINDS[type] ?? 'ordinary',
    // A trunk zero or the like, left in, would make another number of the same person, which the limits count apart.
    isValid: parsed?.number === number && parsed.isValid(),
  };
}
