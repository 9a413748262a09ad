/**
 * Port: what the carrier charged for a call.
 */

export type CarrierPrice =
  | { readonly kind: 'known'; readonly usdMicros: number }
  /** The carrier does not say yet. */
  | { readonly kind: 'pending' }
  /** In another currency, which is not converted: nobody here knows at what rate it will be billed. */
  | { readonly kind: 'foreign'; readonly unit: string }
  /** The carrier knows no such call. */
  | { readonly kind: 'unknown' };

export abstract class CarrierPrices {
  /** @throws CordboardError `carrier-unreachable`, `carrier-refused`. */
  abstract ofCall(twilioCallSid: string): Promise<CarrierPrice>;
}
