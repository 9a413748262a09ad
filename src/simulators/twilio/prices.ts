/**
 * What Twilio would charge, by list price: the figures, and the arithmetic of begun minutes. Whose price is known when is decided
 * here as well; nobody is billed.
 */
import type { SimulatedCall } from './simulated-call.js';

/** Rates for a begun minute, in the unit of the account: USD unless it is told otherwise. */
export interface Prices {
  readonly outboundUsdPerMinute: number;
  readonly inboundUsdPerMinute: number;
  readonly recordingUsdPerMinute: number;
  /** From the end, of a call or of a recording's processing, to its price, in ms. */
  readonly priceAfterMs: number;
  /** So many fetches of an ended call show no price yet, however late they come. */
  readonly priceAfterFetches: number;
  /** The currency that prices are labelled with; nothing is converted. */
  readonly priceUnit: string;
}

/** US list prices as third parties noted them in 2026 (reference, section 7: unverified). */
export const LIST_PRICES: Prices = {
  outboundUsdPerMinute: 0.014,
  inboundUsdPerMinute: 0.0085,
  recordingUsdPerMinute: 0.0025,
  priceAfterMs: 1000,
  priceAfterFetches: 0,
  priceUnit: 'USD',
};

/** Whole seconds of conversation, begun ones counted (unverified); undefined until the end, and without an answer. */
export function talkedSeconds(
  call: Pick<SimulatedCall, 'answeredAtEpochMs' | 'endedAtEpochMs'>,
): number | undefined {
  const { answeredAtEpochMs, endedAtEpochMs } = call;
  if (answeredAtEpochMs === undefined || endedAtEpochMs === undefined) return undefined;
  return Math.ceil((endedAtEpochMs - answeredAtEpochMs) / 1000);
}

/** A charge as Twilio writes it: negative, with four decimals, or up to six where the rate has them. */
export function chargeOf(usdPerMinute: number, seconds: number): string {
  const usd = usdPerMinute * Math.max(1, Math.ceil(seconds / 60));
  return (-usd).toFixed(6).replace(/0{1,2}$/, '');
}

/**
 * Null until some time, and so many fetches, after the end. That a call which nobody answered stays without a price is unverified.
 * @param nowEpochMs milliseconds since the Unix epoch
 */
export function callPrice(call: SimulatedCall, prices: Prices, nowEpochMs: number): string | null {
  const seconds = talkedSeconds(call);
  const isKnown =
    call.endedAtEpochMs !== undefined &&
    nowEpochMs >= call.endedAtEpochMs + prices.priceAfterMs &&
    call.fetchesAfterEnd >= prices.priceAfterFetches;
  if (seconds === undefined || !isKnown) return null;
  const rate = call.direction === 'inbound' ? prices.inboundUsdPerMinute : prices.outboundUsdPerMinute;
  return chargeOf(rate, seconds);
}
