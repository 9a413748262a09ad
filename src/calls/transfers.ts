/**
 * Hands calls to persons: decides whether it may be, counts it, puts it on record, and takes the line away from its agent. What the line
 * hears then is for the TwiML; whoever has the media learns of it from the feed.
 */
import { Inject, Injectable } from '@nestjs/common';
import { isFinal, type Call } from '../core/call/call.js';
import { Carrier } from '../core/call/carrier.js';
import { BY_FALLBACK, isAway, type CallTransfer } from '../core/call/transfer.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import { newId, type CallId } from '../core/ids.js';
import type { HandOver } from '../core/tool/tool.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { CallJournal } from './call-journal.js';
import { TransferDoor } from './transfer-door.js';

export interface TransferRequest extends HandOver {
  /** Fingerprint of the API key that asks for it, or `fallback`; undefined: the agent does. */
  readonly by?: string | undefined;
}

@Injectable()
export class Transfers {
  constructor(
    private readonly journal: CallJournal,
    private readonly carrier: Carrier,
    private readonly door: TransferDoor,
    private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /**
   * The call, on its way to the person.
   * @throws CordboardError `not-found`, `call-ended`, `call-not-answered`, `call-with-person`, `bad-input`, `destination-refused`,
   * `budget-reached`, `destination-limit-reached`, `key-limit-reached`, `carrier-refused`, `carrier-unreachable`, `store-away`.
   */
  async begin(callId: CallId, request: TransferRequest): Promise<Call> {
    const call = await this.journal.find(callId);
    if (!call) throw new CordboardError('not-found', 'There is no call with this id.');
    const twilioCallSid = mayBeHanded(call);
    mustBeAnother(request.to, call);
    const transfer = this.recordOf(request, call.transfer?.legs ?? []);
    await this.door.enter(call, transfer, keyOf(request) ?? call.placedBy);
    const { call: after, isNew } = await this.journal.write(callId, { type: 'transfer.began', transfer });
    if (!isNew || !after) {
      mayBeHanded(after ?? call);
      throw new CordboardError('call-with-person');
    }
    try {
      await this.redirect(twilioCallSid, callId, transfer.id);
    } catch (error) {
      await this.journal.apply(callId, {
        type: 'transfer.ended',
        transferId: transfer.id,
        outcome: 'failed',
      });
      throw error;
    }
    return after;
  }

  /**
   * Takes the caller back from a person, or from its ringing: Twilio asks for the agent again.
   * @throws CordboardError `call-not-taken-over`, `call-ended`, `carrier-refused`, `carrier-unreachable`.
   */
  async takeBack(call: Call): Promise<Call> {
    const { id, transfer, twilioCallSid } = call;
    if (isFinal(call.status) || call.endReason !== null) throw ended(call);
    if (!transfer || !isAway(call) || twilioCallSid === null) throw new CordboardError('call-not-taken-over');
    // The record first: the end of the dial, which Twilio may tell too, is the outcome of nothing then.
    const after = await this.journal.apply(id, {
      type: 'transfer.ended',
      transferId: transfer.id,
      outcome: 'returned',
    });
    await this.redirect(twilioCallSid, id, transfer.id);
    return after ?? call;
  }

  /** The same again does no harm: Twilio asks once more for the document. So a lost answer is no end of it. */
  private async redirect(twilioCallSid: string, callId: CallId, transferId: string): Promise<void> {
    const path = `/twiml/transfer?call=${callId}&transfer=${transferId}`;
    try {
      await this.carrier.redirect(twilioCallSid, path);
    } catch (error) {
      if (!(error instanceof CordboardError) || error.code !== 'carrier-unreachable') throw error;
      this.logger.warn({ callId, err: error }, 'Twilio did not take a transfer; asking once more');
      await this.carrier.redirect(twilioCallSid, path);
    }
  }

  private recordOf(
    { to, target, mode, message, summary, by }: TransferRequest,
    legs: readonly string[],
  ): CallTransfer {
    return {
      id: newId('tr'),
      mode: mode ?? 'cold',
      to,
      target: target ?? null,
      message: message ?? null,
      summary: summary ?? null,
      by: by ?? 'agent',
      legs,
      status: 'ringing',
      outcome: null,
      startedAt: this.clock.now(),
      connectedAt: null,
      endedAt: null,
    };
  }
}

/** Whom it is counted for, where that is not the key of the call. */
function keyOf({ by }: TransferRequest): string | undefined {
  return by === BY_FALLBACK ? undefined : by;
}

/** The carrier's id of a line that can be handed over. @throws CordboardError why it cannot. */
function mayBeHanded(call: Call): string {
  if (isFinal(call.status) || call.endReason !== null) throw ended(call);
  if (isAway(call)) throw new CordboardError('call-with-person');
  const { twilioCallSid, times } = call;
  if (twilioCallSid === null || times.streamStartedAt === null) throw new CordboardError('call-not-answered');
  return twilioCallSid;
}

/** Both numbers of the call are taken, by the caller and by us: the one would be busy, the other would be a call to ourselves. */
function mustBeAnother(to: string, call: Call): void {
  if (to !== call.to && to !== call.from) return;
  const message = 'is a number of this very call; name another';
  throw new CordboardError('bad-input', `to: ${message}`, [{ field: 'to', message }]);
}

function ended({ endReason }: Call): CordboardError {
  return new CordboardError('call-ended', `The call ended: ${endReason}.`);
}
