/**
 * Which numbers may be dialled, as a pure decision over facts that a number library has established.
 */

export interface DestinationFacts {
  /** E.164. */
  readonly number: string;
  /** ISO 3166 code of the country, when the number plan has one. */
  readonly country: string | undefined;
  readonly isPremiumRate: boolean;
}

/** Satellite networks and international networks without a country (ITU-T E.164 assigned codes). */
const SATELLITE = /^\+(870|881|882|883)/;

/** Why the number may not be dialled; undefined when it may. */
export function refusalOf(
  facts: DestinationFacts,
  allowed: readonly string[] | undefined,
): string | undefined {
  if (facts.isPremiumRate) return 'Premium-rate numbers are never dialled.';
  if (SATELLITE.test(facts.number)) return 'Satellite and international-network numbers are never dialled.';
  if (!allowed) return undefined;
  const covered = allowed.some((rule) =>
    rule.startsWith('+') ? facts.number.startsWith(rule) : rule === facts.country,
  );
  return covered
    ? undefined
    : 'The destination is not in ALLOWED_DESTINATIONS; add its country or prefix to dial it.';
}
