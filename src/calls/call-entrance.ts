/**
 * Lets new calls in, or not: whether calls come through at all, room on this replica, then what the store decides for all replicas
 * together - the budget of the day and the limits by number and key - and then the record.
 */
import { Injectable } from '@nestjs/common';
import type { Call } from '../core/call/call.js';
import type { EntryRefusal } from '../core/call/call.store.js';
import { CordboardError, type ErrorCode } from '../core/errors.js';
import { Metrics } from '../ops/metrics.js';
import { Admission } from './admission.js';
import { CallJournal } from './call-journal.js';
import { CallLimits } from './call-limits.js';
import { DialGuard } from './dial-guard.js';
import { SpendingGuard } from './spending-guard.js';

/** As they are counted; those of destinations are counted where they are known. */
const RULES: Readonly<Partial<Record<ErrorCode, string>>> = {
  'dialling-stopped': 'breaker',
  'at-capacity': 'capacity',
  saturated: 'saturated',
  draining: 'draining',
  'budget-reached': 'budget',
  'destination-limit-reached': 'destination-limit',
  'key-limit-reached': 'key-limit',
};

@Injectable()
export class CallEntrance {
  constructor(
    private readonly guard: DialGuard,
    private readonly admission: Admission,
    private readonly spending: SpendingGuard,
    private readonly limits: CallLimits,
    private readonly journal: CallJournal,
    private readonly metrics: Metrics,
  ) {}

  /**
   * The call is on record after it.
   * @throws CordboardError `dialling-stopped`, `at-capacity`, `saturated`, `draining`, `budget-reached`, `destination-limit-reached`,
   * `key-limit-reached`, `store-away`: nothing is.
   */
  async enter(call: Call): Promise<void> {
    try {
      this.admission.admit(call.id);
      // Whoever rings us is not dialled.
      if (call.twilioCallSid === null) this.guard.check(call);
      const refusal = await this.journal.create(call, {
        reserveUsdMicros: this.spending.reserveOf(call),
        budget: this.spending.budget(),
        caps: this.limits.of(call),
        destination: this.limits.destinationOf(call),
      });
      if (refusal) throw this.errorOf(refusal);
    } catch (error) {
      const rule = error instanceof CordboardError ? RULES[error.code] : undefined;
      if (rule !== undefined) this.metrics.refusedCalls.inc({ rule });
      this.guard.forget(call);
      this.admission.release(call.id);
      throw error;
    }
  }

  private errorOf(refusal: EntryRefusal): CordboardError {
    return refusal.of === 'cap' ? this.limits.errorOf(refusal) : new CordboardError('budget-reached');
  }
}
