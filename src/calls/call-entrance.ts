/**
 * Lets new calls in, or not: whether calls come through at all, room on this replica, then what the store decides for all replicas
 * together - the budget of the day and the limits by number and key - and then the record.
 */
import { Injectable } from '@nestjs/common';
import type { Call } from '../core/call/call.js';
import type { EntryRefusal } from '../core/call/call.store.js';
import { CordboardError } from '../core/errors.js';
import { Metrics } from '../ops/metrics.js';
import { Admission } from './admission.js';
import { CallJournal } from './call-journal.js';
import { CallLimits } from './call-limits.js';
import { DialGuard } from './dial-guard.js';
import { SpendingGuard } from './spending-guard.js';

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
   * @throws CordboardError `dialling-stopped`, `at-capacity`, `draining`, `budget-reached`, `destination-limit-reached`,
   * `key-limit-reached`, `store-away`: nothing is.
   */
  async enter(call: Call): Promise<void> {
    this.admission.admit(call.id);
    try {
      // Whoever rings us is not dialled.
      if (call.twilioCallSid === null) this.guard.check(call.id);
      const refusal = await this.journal.create(call, {
        reserveUsdMicros: this.spending.reserveOf(call),
        budget: this.spending.budget(),
        caps: this.limits.of(call),
      });
      if (refusal) throw this.errorOf(refusal);
    } catch (error) {
      this.guard.forget(call.id);
      this.admission.release(call.id);
      throw error;
    }
  }

  private errorOf(refusal: EntryRefusal): CordboardError {
    this.metrics.refusedCalls.inc({ rule: refusal.of === 'cap' ? `${refusal.cap.of}-limit` : 'budget' });
    return refusal.of === 'cap' ? this.limits.errorOf(refusal) : new CordboardError('budget-reached');
  }
}
