/**
 * What Twilio charged for calls, behind the `CarrierPrices` port. `price` is a negative decimal text, and null until some time
 * after the end that is documented nowhere; it covers the connection only (reference twilio.md 2.3, verified).
 */
import { Injectable } from '@nestjs/common';
import twilio from 'twilio';
import { Environment } from '../config/environment.js';
import { CarrierPrices, type CarrierPrice } from '../core/cost/carrier-prices.js';
import { usdMicrosOf } from '../core/cost/money.js';
import { CordboardError } from '../core/errors.js';

const REQUEST_TIMEOUT_MS = 10_000;

@Injectable()
export class TwilioPrices extends CarrierPrices {
  private readonly client: ReturnType<typeof twilio>;

  constructor(environment: Environment) {
    super();
    const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_API_KEY, TWILIO_API_SECRET } = environment;
    const hasKey = TWILIO_API_KEY !== undefined && TWILIO_API_SECRET !== undefined;
    const [name, secret] = hasKey
      ? [TWILIO_API_KEY, TWILIO_API_SECRET]
      : [TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN];
    const httpClient = new twilio.RequestClient({ timeout: REQUEST_TIMEOUT_MS, keepAlive: true });
    this.client = twilio(name, secret, { accountSid: TWILIO_ACCOUNT_SID, httpClient });
    this.client.api.baseUrl = environment.TWILIO_API_URL;
  }

  async ofCall(twilioCallSid: string): Promise<CarrierPrice> {
    try {
      const { price, priceUnit } = await this.client.calls(twilioCallSid).fetch();
      return priceOf(price, priceUnit);
    } catch (error) {
      const status: unknown =
        typeof error === 'object' && error !== null ? Reflect.get(error, 'status') : undefined;
      if (status === 404) return { kind: 'unknown' };
      if (typeof status === 'number' && status >= 400 && status < 500 && status !== 429)
        throw new CordboardError('carrier-refused', `Twilio refused to tell a price (HTTP ${status}).`);
      throw new CordboardError('carrier-unreachable', 'Twilio did not answer the question for a price.');
    }
  }
}

/** Exported for its test. @param unit ISO 4217, in whatever case. */
export function priceOf(price: unknown, unit: unknown): CarrierPrice {
  const micros = usdMicrosOf(price);
  if (micros === undefined) return { kind: 'pending' };
  if (typeof unit === 'string' && unit !== '' && unit.toUpperCase() !== 'USD')
    return { kind: 'foreign', unit: unit.toUpperCase() };
  // What we pay is written as negative there, and counted as cost here.
  return { kind: 'known', usdMicros: Math.abs(micros) };
}
