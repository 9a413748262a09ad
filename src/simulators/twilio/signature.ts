/**
 * `X-Twilio-Signature` as Twilio makes it: HMAC-SHA1 over the address and the sorted form parameters, in base64. It is
 * written from the description of the algorithm and shares no code with any checker, so that the two can be held against each other.
 */
import { createHmac } from 'node:crypto';

export type SignedParams = Readonly<Record<string, string | readonly string[]>>;

/** Repeated values count once and in sorted order (verified with the vendor's own checker). */
function valuesOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : [...new Set(value)].toSorted();
}

/** Plain code-unit order, capitals first; locale rules would differ. */
function byCodeUnit(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/**
 * @param url the address exactly as it is requested, query included and fragment left out; a stream's is `wss://…`
 * @param params the form parameters of a POST; nothing for a GET and for a WebSocket upgrade
 */
export function twilioSignature(authToken: string, url: string, params: SignedParams = {}): string {
  const parts = Object.entries(params)
    .toSorted(([left], [right]) => byCodeUnit(left, right))
    .flatMap(([name, value]) => valuesOf(value).map((one) => name + one));
  return createHmac('sha1', authToken)
    .update(url + parts.join(''), 'utf8')
    .digest('base64');
}
