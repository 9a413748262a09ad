/**
 * Hands queued calls to the carrier in their turn, once, and writes down what became of each.
 */
import { Injectable } from '@nestjs/common';
import { isFinal, type Call } from '../core/call/call.js';
import { Carrier } from '../core/call/carrier.js';
import { CordboardError } from '../core/errors.js';
import { CallJournal } from './call-journal.js';
import { DialGuard } from './dial-guard.js';
import { DialTurns } from './dial-turns.js';
import { PlacementSearch } from './placement-search.js';

@Injectable()
export class Dialer {
  constructor(
    private readonly turns: DialTurns,
    private readonly carrier: Carrier,
    private readonly search: PlacementSearch,
    private readonly journal: CallJournal,
    private readonly guard: DialGuard,
  ) {}

  /**
   * Resolves with the record once the carrier has taken the call, or the call was given up before, or what became of it was
   * found out after the carrier's answer was lost, which can take longer than a minute.
   * @throws CordboardError `carrier-refused` or `carrier-unreachable` when it was certainly not placed; the record tells the same.
   */
  async dial(call: Call): Promise<Call> {
    const current = await this.turns.take(call);
    // The process ends, or another one has the call: it stays as it is.
    if (!current) return (await this.journal.find(call.id).catch(() => undefined)) ?? call;
    if (isFinal(current.status)) return current;
    if (current.endReason === null) return this.place(current);
    return (await this.journal.apply(call.id, { type: 'end.settled' })) ?? current;
  }

  /** Finds out what became of a call that the carrier was asked for, without asking again. Takes a minute at most, mostly less. */
  reconcile(call: Call): Promise<Call> {
    return this.search.find(call);
  }

  private async place(call: Call): Promise<Call> {
    let twilioCallSid: string;
    try {
      // It may have waited in its turn while others failed.
      this.guard.check(call);
      twilioCallSid = await this.carrier.place(call);
    } catch (error) {
      if (!(error instanceof CordboardError)) throw error;
      // Asked again, a second phone might ring.
      if (error.code === 'carrier-unreachable' && error.members['placed'] !== 'no')
        return this.search.find(call);
      return this.fail(call, error);
    }
    const accepted = (await this.journal.apply(call.id, { type: 'carrier.accepted', twilioCallSid })) ?? call;
    // Given up and closed while Twilio was thinking: no phone may ring for a call that is over.
    if (isFinal(accepted.status))
      await this.carrier.hangUp(twilioCallSid).catch(() => this.search.find(accepted));
    return accepted;
  }

  private async fail(call: Call, { code, detail }: CordboardError): Promise<never> {
    const failure = { code, detail };
    const reason = code === 'dialling-stopped' ? 'service-failed' : 'carrier-failed';
    await this.journal.apply(call.id, { type: 'end.decided', reason, failure });
    await this.journal.apply(call.id, { type: 'end.settled' });
    throw new CordboardError(code, detail, [], { callId: call.id });
  }
}
