/**
 * What a new call counts for in the budget of the day, and which budget that is. The store adds up and decides, one call after
 * the other, so that many at once on many replicas cannot cross the line together.
 */
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { Call } from '../core/call/call.js';
import type { Budget } from '../core/call/call.store.js';
import { Clock } from '../core/clock.js';
import { expectedUsdMicros } from '../core/cost/estimate.js';
import { CostRates } from './cost-rates.js';

const DAY_MS = 86_400_000;

@Injectable()
export class SpendingGuard {
  constructor(
    private readonly environment: Environment,
    private readonly rates: CostRates,
    private readonly clock: Clock,
  ) {}

  /**
   * What the call is expected to cost, in millionths of a US dollar; no more than it can before it is ended for its length. One that asks for
   * more time than calls have by default is taken at its word.
   */
  reserveOf({ maxDurationSeconds }: Pick<Call, 'maxDurationSeconds'>): number {
    const { EXPECTED_CALL_SECONDS, MAX_DURATION_SECONDS } = this.environment;
    const isLong = maxDurationSeconds > MAX_DURATION_SECONDS;
    const seconds = isLong ? maxDurationSeconds : Math.min(EXPECTED_CALL_SECONDS, maxDurationSeconds);
    return expectedUsdMicros(seconds, this.rates);
  }

  /** Of the day that it is now, in UTC. Undefined: there is no limit. */
  budget(): Budget | undefined {
    const limitUsdMicros = this.environment.DAILY_BUDGET_USD;
    if (limitUsdMicros === undefined) return undefined;
    const { telephonyUsdMicrosPerMinute, agentUsdMicrosPerMinute } = this.rates;
    return {
      since: Math.floor(this.clock.now() / DAY_MS) * DAY_MS,
      limitUsdMicros,
      usdMicrosPerMinute: telephonyUsdMicrosPerMinute + agentUsdMicrosPerMinute,
    };
  }
}
