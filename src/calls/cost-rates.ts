/**
 * The rates of estimates, from the environment.
 */
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { Rates } from '../core/cost/estimate.js';

@Injectable()
export class CostRates implements Rates {
  readonly telephonyUsdMicrosPerMinute: number;
  readonly agentUsdMicrosPerMinute: number;

  constructor({ TWILIO_USD_PER_MINUTE, ELEVENLABS_USD_PER_MINUTE }: Environment) {
    this.telephonyUsdMicrosPerMinute = TWILIO_USD_PER_MINUTE;
    this.agentUsdMicrosPerMinute = ELEVENLABS_USD_PER_MINUTE;
  }
}
