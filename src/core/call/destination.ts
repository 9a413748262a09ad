/**
 * Which numbers may be dialled, as a pure decision over facts that a number library has established.
 */

export interface DestinationFacts {
  /** E.164. */
  readonly number: string;
  /** ISO 3166 code of the country, when the number plan has one. */
  readonly country: string | undefined;
  /** The number behind the code of its country; the whole number where no country has the code. */
  readonly nationalNumber: string;
  readonly kind: 'premium-rate' | 'shared-cost' | 'personal' | 'ordinary';
  /** Whether the number plan has such numbers, written in just this way. */
  readonly isValid: boolean;
}

export interface DestinationRules {
  /** Countries and prefixes; undefined: all. */
  readonly allowed: readonly string[] | undefined;
  /** Prefixes to which no rule applies but the one about emergency numbers. */
  readonly exempt: readonly string[] | undefined;
}

export type DestinationRule =
  'emergency' | 'premium-rate' | 'shared-cost' | 'personal' | 'satellite' | 'invalid' | 'allow-list';

export interface DestinationRefusal {
  readonly rule: DestinationRule;
  /** Which rule it is and how to lift it. */
  readonly text: string;
}

/** Satellite networks and international networks without a country (ITU-T E.164 assigned codes). */
const SATELLITE = /^\+(870|881|882|883)/;

/** Universal personal telecommunications (ITU-T E.164 assigned codes). */
const PERSONAL = /^\+878/;

/**
 * Emergency services and other short codes have two or three digits; no subscriber of any country has fewer than four (Niue, Tokelau
 * and Saint Helena are the shortest plans).
 */
const SHORT_CODE_DIGITS = 3;

const LIFT = 'list its prefix in EXEMPT_DESTINATIONS to dial it';

/** Why the number may not be dialled; undefined when it may. */
export function refusalOf(
  facts: DestinationFacts,
  { allowed, exempt }: DestinationRules,
): DestinationRefusal | undefined {
  if (facts.nationalNumber.length <= SHORT_CODE_DIGITS)
    return {
      rule: 'emergency',
      text: 'Emergency numbers and other short codes are never dialled, and no setting lifts this.',
    };
  if (exempt?.some((prefix) => facts.number.startsWith(prefix))) return undefined;
  if (facts.kind === 'premium-rate')
    return { rule: 'premium-rate', text: `Premium-rate numbers are not dialled; ${LIFT}.` };
  if (facts.kind === 'shared-cost')
    return { rule: 'shared-cost', text: `Shared-cost numbers are not dialled; ${LIFT}.` };
  // Follow-me numbers and pagers are charged like premium-rate ones, and used like them.
  if (facts.kind === 'personal' || PERSONAL.test(facts.number))
    return { rule: 'personal', text: `Personal numbers and pagers are not dialled; ${LIFT}.` };
  if (SATELLITE.test(facts.number))
    return {
      rule: 'satellite',
      text: `Satellite and international-network numbers are not dialled; ${LIFT}.`,
    };
  // Not only a kindness: networks route by the first digits, so a premium-rate number with digits too many would still be one.
  if (!facts.isValid)
    return {
      rule: 'invalid',
      text: `is not a number of any numbering plan that this version knows; check it, or ${LIFT}`,
    };
  return isAllowed(facts, allowed)
    ? undefined
    : {
        rule: 'allow-list',
        text: 'The destination is not in ALLOWED_DESTINATIONS; add its country or prefix to dial it.',
      };
}

function isAllowed({ number, country }: DestinationFacts, allowed: readonly string[] | undefined): boolean {
  return (
    allowed === undefined ||
    allowed.some((rule) => (rule.startsWith('+') ? number.startsWith(rule) : rule === country))
  );
}
