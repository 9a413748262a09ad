/**
 * Enters on the record of a call what the vendors say afterwards. Entered twice, it changes nothing: see the machine.
 */
import { Injectable } from '@nestjs/common';
import { CallJournal } from '../calls/call-journal.js';
import type { ConversationReport } from '../core/cost/conversations.js';
import type { CostSide } from '../core/cost/reconciliation.js';
import type { CallId } from '../core/ids.js';

@Injectable()
export class CostLedger {
  constructor(private readonly journal: CallJournal) {}

  /** @throws CordboardError `store-away` */
  async charge(id: CallId, of: CostSide, usdMicros: number): Promise<void> {
    await this.journal.apply(id, { type: 'cost.learnt', of, cost: { usdMicros, final: true } });
  }

  /** What is not known yet is left out. @returns whether the cost is settled by it. @throws CordboardError `store-away` */
  async report(
    id: CallId,
    { conversationId, isOpen, usdMicros, analysis }: ConversationReport,
  ): Promise<boolean> {
    // So that it can be found when somebody wants it deleted.
    await this.journal.apply(id, { type: 'conversation.learnt', conversationId });
    // A conversation that is still being worked on may show a part of its cost.
    if (isOpen) return false;
    if (analysis) await this.journal.apply(id, { type: 'analysis.came', analysis });
    if (usdMicros === null) return false;
    await this.charge(id, 'agent', usdMicros);
    return true;
  }
}
