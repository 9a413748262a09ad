/**
 * Lets new calls in, or not: room on this replica, then room in the budget of the day, then the record.
 */
import { Injectable } from '@nestjs/common';
import type { Call } from '../core/call/call.js';
import { CordboardError } from '../core/errors.js';
import { Admission } from './admission.js';
import { CallJournal } from './call-journal.js';
import { SpendingGuard } from './spending-guard.js';

@Injectable()
export class CallEntrance {
  constructor(
    private readonly admission: Admission,
    private readonly spending: SpendingGuard,
    private readonly journal: CallJournal,
  ) {}

  /**
   * The call is on record after it.
   * @throws CordboardError `at-capacity`, `draining`, `budget-reached`, `store-away`: nothing is.
   */
  async enter(call: Call): Promise<void> {
    this.admission.admit(call.id);
    try {
      const { spending } = this;
      if (!(await this.journal.create(call, spending.reserveOf(call), spending.budget())))
        throw new CordboardError('budget-reached');
    } catch (error) {
      this.admission.release(call.id);
      throw error;
    }
  }
}
