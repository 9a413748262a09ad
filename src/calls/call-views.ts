/**
 * Shows calls to the outside with what they have cost by now.
 */
import { Injectable } from '@nestjs/common';
import type { Call } from '../core/call/call.js';
import { Clock } from '../core/clock.js';
import { costOf } from '../core/cost/estimate.js';
import type { CallDto } from './call.dto.js';
import { viewOf } from './call-view.js';
import { CostRates } from './cost-rates.js';

@Injectable()
export class CallViews {
  constructor(
    private readonly rates: CostRates,
    private readonly clock: Clock,
  ) {}

  of(call: Call): CallDto {
    return viewOf(call, costOf(call, this.clock.now(), this.rates));
  }
}
