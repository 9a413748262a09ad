/**
 * Whether a person may be rung for a call: the same rules for numbers, limits and budget as for calls, since it costs the same.
 */
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { Call } from '../core/call/call.js';
import { TransferStore } from '../core/call/transfer.store.js';
import type { CallTransfer } from '../core/call/transfer.js';
import { telephonyUsdMicros } from '../core/cost/estimate.js';
import { CordboardError } from '../core/errors.js';
import { CallLimits } from './call-limits.js';
import { CostRates } from './cost-rates.js';
import { Destinations } from './destinations.js';
import { SpendingGuard } from './spending-guard.js';

@Injectable()
export class TransferDoor {
  constructor(
    private readonly environment: Environment,
    private readonly store: TransferStore,
    private readonly destinations: Destinations,
    private readonly limits: CallLimits,
    private readonly spending: SpendingGuard,
    private readonly rates: CostRates,
  ) {}

  /**
   * Counts it.
   * @param placedBy fingerprint of the key that asks for it; where the agent does, of the one that placed the call.
   * @throws CordboardError `bad-input`, `destination-refused`, `budget-reached`, `destination-limit-reached`, `key-limit-reached`.
   */
  async enter(call: Call, { id, to }: CallTransfer, placedBy: string | null): Promise<void> {
    this.destinations.check(to);
    const refusal = await this.store.enter(
      { id, callId: call.id, placedBy },
      {
        reserveUsdMicros: telephonyUsdMicros(this.environment.EXPECTED_CALL_SECONDS, this.rates),
        budget: this.spending.budget(),
        caps: this.limits.caps(placedBy),
        destination: this.limits.hashOf(to),
      },
    );
    if (refusal)
      throw refusal.of === 'cap' ? this.limits.errorOf(refusal) : new CordboardError('budget-reached');
  }
}
