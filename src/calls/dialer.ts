/**
 * Hands queued calls to the carrier no faster than the account may start them, and writes down what became of each.
 */
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { isFinal, type Call } from '../core/call/call.js';
import { Carrier } from '../core/call/carrier.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import { CallStore } from '../core/call/call.store.js';
import { CallJournal } from './call-journal.js';

@Injectable()
export class Dialer {
  private readonly gapMs: number;
  private nextStart = 0;

  constructor(
    environment: Environment,
    private readonly carrier: Carrier,
    private readonly clock: Clock,
    private readonly store: CallStore,
    private readonly journal: CallJournal,
  ) {
    this.gapMs = 1000 / environment.TWILIO_CALLS_PER_SECOND;
  }

  /**
   * Resolves with the record once the carrier has taken the call or the call was given up before.
   * @throws CordboardError `carrier-refused` or `carrier-unreachable`; the record tells the same.
   */
  async dial(call: Call): Promise<Call> {
    const now = this.clock.now();
    const start = Math.max(now, this.nextStart);
    this.nextStart = start + this.gapMs;
    if (start > now) await new Promise<void>((resolve) => void this.clock.after(start - now, resolve));
    const current = (await this.store.find(call.id)) ?? call;
    if (current.endReason !== null)
      return (await this.journal.apply(call.id, { type: 'end.settled' })) ?? current;
    return this.place(current);
  }

  /** Finds out what became of a call that the carrier was asked for. */
  async reconcile(call: Call): Promise<Call> {
    return (await this.store.find(call.id)) ?? call;
  }

  private async place(call: Call): Promise<Call> {
    await this.journal.apply(call.id, { type: 'carrier.asked' });
    try {
      const twilioCallSid = await this.carrier.place(call);
      const accepted =
        (await this.journal.apply(call.id, { type: 'carrier.accepted', twilioCallSid })) ?? call;
      // Given up and closed while Twilio was thinking: no phone may ring for a call that is over.
      if (isFinal(accepted.status)) await this.carrier.hangUp(twilioCallSid);
      return accepted;
    } catch (error) {
      if (!(error instanceof CordboardError)) throw error;
      const certainlyNotPlaced = error.code === 'carrier-refused' || error.members['placed'] === 'no';
      // When the answer was lost the phone may ring: the call stays open, and Twilio's own requests or the watch end it.
      if (certainlyNotPlaced) {
        const failure = { code: error.code, detail: error.detail };
        await this.journal.apply(call.id, { type: 'end.decided', reason: 'carrier-failed', failure });
        await this.journal.apply(call.id, { type: 'end.settled' });
      }
      throw new CordboardError(error.code, error.detail, [], { callId: call.id });
    }
  }
}
