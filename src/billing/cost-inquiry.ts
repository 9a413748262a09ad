/**
 * One question to one vendor about one ended call, and what its answer means.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { Call } from '../core/call/call.js';
import { CallStore } from '../core/call/call.store.js';
import { CarrierPrices, type CarrierPrice } from '../core/cost/carrier-prices.js';
import { Conversations } from '../core/cost/conversations.js';
import { nextQuestionIn, UNANSWERED_IS_FREE_AFTER_SECONDS, type Claim } from '../core/cost/reconciliation.js';
import { CordboardError } from '../core/errors.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import type { AskOutcome } from './billing-metrics.js';
import { CostLedger } from './cost-ledger.js';

@Injectable()
export class CostInquiry {
  constructor(
    private readonly calls: CallStore,
    private readonly prices: CarrierPrices,
    private readonly conversations: Conversations,
    private readonly ledger: CostLedger,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** Enters what it learns. @throws CordboardError `store-away` */
  async ask(claim: Claim): Promise<AskOutcome> {
    const { callId, of } = claim;
    const call = await this.calls.find(callId);
    // Told by the webhook meanwhile.
    if (!call || call.cost[of]?.final) return 'final';
    const isLast = nextQuestionIn(claim) === null;
    try {
      const outcome = await (of === 'agent' ? this.askAgent(call) : this.askCarrier(call, claim));
      return outcome === 'pending' && isLast ? this.giveUp(claim) : outcome;
    } catch (error) {
      if (error instanceof CordboardError && error.code === 'store-away') throw error;
      this.logger.warn({ callId, of, err: error }, 'a vendor did not say what a call cost');
      return isLast ? this.giveUp(claim) : 'failed';
    }
  }

  private giveUp({ callId, of }: Claim): AskOutcome {
    this.logger.warn({ callId, of }, 'the cost of a call was never told; the estimate stays');
    return 'given-up';
  }

  /** All conversations of the call together; what is known of only some of them is not entered. */
  private async askAgent({ id, conversationId, earlierConversationIds: earlier }: Call): Promise<AskOutcome> {
    if (conversationId === null) return 'given-up';
    let earlierUsdMicros = 0;
    for (const one of earlier) {
      const report = await this.conversations.find(one);
      if (!report || report.isOpen || report.usdMicros === null) return 'pending';
      earlierUsdMicros += report.usdMicros;
    }
    const last = await this.conversations.find(conversationId);
    if (!last) return 'pending';
    const usdMicros = last.usdMicros === null ? null : last.usdMicros + earlierUsdMicros;
    return (await this.ledger.report(id, { ...last, usdMicros })) ? 'final' : 'pending';
  }

  /** What Twilio charged for the line and for every person who was rung from it and picked up. */
  private async priceOf(twilioCallSid: string, { transfer }: Call): Promise<CarrierPrice> {
    let usdMicros = 0;
    for (const sid of [twilioCallSid, ...(transfer?.legs ?? [])]) {
      const price = await this.prices.ofCall(sid);
      if (price.kind !== 'known') return price;
      usdMicros += price.usdMicros;
    }
    return { kind: 'known', usdMicros };
  }

  private async askCarrier(call: Call, { ageSeconds }: Claim): Promise<AskOutcome> {
    // Twilio's answer was lost, and the call was never found on its list: there is nothing to ask about.
    const { id, twilioCallSid, times } = call;
    if (twilioCallSid === null) return 'given-up';
    const price = await this.priceOf(twilioCallSid, call);
    if (price.kind === 'known') {
      await this.ledger.charge(id, 'telephony', price.usdMicros);
      return 'final';
    }
    if (price.kind === 'foreign') {
      this.logger.warn({ callId: id, unit: price.unit }, 'Twilio charges in another currency than USD');
      return 'foreign';
    }
    const isFree = times.answeredAt === null && ageSeconds >= UNANSWERED_IS_FREE_AFTER_SECONDS;
    if (price.kind !== 'pending' || !isFree) return 'pending';
    await this.ledger.charge(id, 'telephony', 0);
    return 'final';
  }
}
