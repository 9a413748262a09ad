/**
 * Places, receives, finds and ends calls. Decides what is admitted; the life of a call afterwards belongs to the machine.
 */
import { Injectable } from '@nestjs/common';
import { isFinal, type Call } from '../core/call/call.js';
import { CallStore, type CallFilter, type CallPage } from '../core/call/call.store.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import { isCallId, type CallId } from '../core/ids.js';
import { CallEntrance } from './call-entrance.js';
import { CallJournal } from './call-journal.js';
import { Dialer } from './dialer.js';
import { NewCalls, type OutboundRequest, type ReceivedCall } from './new-calls.js';

/** How long an answer to `POST /calls` waits for Twilio's, so that a refusal is told at once. */
const DIAL_WAIT_MS = 3000;

@Injectable()
export class CallsService {
  constructor(
    private readonly newCalls: NewCalls,
    private readonly clock: Clock,
    private readonly store: CallStore,
    private readonly journal: CallJournal,
    private readonly dialer: Dialer,
    private readonly entrance: CallEntrance,
  ) {}

  /**
   * The call, `queued` when the account's rate makes it wait.
   * @throws CordboardError `bad-input`, `destination-refused`, `dialling-stopped`, `at-capacity`, `draining`, `budget-reached`,
   * `destination-limit-reached`, `key-limit-reached`, `carrier-refused`, `carrier-unreachable`.
   */
  async place(request: OutboundRequest): Promise<Call> {
    const call = this.newCalls.outbound(request);
    await this.entrance.enter(call);
    const dialled = this.dialer.dial(call);
    return this.withinAWhile(call.id, dialled);
  }

  /** Twilio may ask twice about one call, so the call is found before it is made. */
  async receive(received: ReceivedCall): Promise<Call> {
    const known = await this.journal.findBySid(received.twilioCallSid);
    if (known) return known;
    const call = this.newCalls.received(received);
    try {
      await this.entrance.enter(call);
      return call;
    } catch (error) {
      // Twilio's two requests can also come at the same moment; then the store took the first.
      const first = await this.store.findBySid(received.twilioCallSid).catch(() => undefined);
      if (first) return first;
      throw error;
    }
  }

  async get(id: string): Promise<Call> {
    const call = isCallId(id) ? await this.journal.find(id) : undefined;
    if (!call) throw new CordboardError('not-found', 'There is no call with this id.');
    return call;
  }

  async list(filter: CallFilter, limit: number, cursor?: string): Promise<CallPage> {
    const page = await this.store.list(filter, limit, cursor);
    if (page) return page;
    const faults = [
      { field: 'cursor', message: 'is not a cursor of this list; take nextCursor of an earlier answer' },
    ];
    throw new CordboardError('bad-input', 'cursor: unknown', faults);
  }

  /** @throws CordboardError `not-found`, `call-ended`. */
  async hangUp(id: string): Promise<Call> {
    const call = await this.get(id);
    if (isFinal(call.status)) throw new CordboardError('call-ended', `The call ended: ${call.endReason}.`);
    return (await this.journal.apply(call.id, { type: 'end.decided', reason: 'hung-up-by-api' })) ?? call;
  }

  /** What was dialled, or the call as it stands when that takes long. */
  private withinAWhile(id: CallId, dialled: Promise<Call>): Promise<Call> {
    return new Promise((resolve, reject) => {
      const cancel = this.clock.after(DIAL_WAIT_MS, () => {
        this.get(id).then(resolve, reject);
      });
      dialled.then(resolve, reject).finally(cancel);
    });
  }
}
