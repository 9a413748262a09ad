/**
 * Finds out what became of a call when the carrier was asked for it and the answer was lost: from the carrier's list of calls,
 * and from its own requests, which carry our id and its. It never asks for the call again.
 */
import { Inject, Injectable } from '@nestjs/common';
import { isFinal, type Call } from '../core/call/call.js';
import { CallStore } from '../core/call/call.store.js';
import { Carrier } from '../core/call/carrier.js';
import { fitting, isRival, matchPlaced, type Match } from '../core/call/match-placed.js';
import { Clock } from '../core/clock.js';
import type { CallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { CallJournal } from './call-journal.js';
import { CallPauses } from './call-pauses.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** A call that is on no list by then was not placed: a request times out after ten seconds, and a list is no minute behind. */
const NOT_PLACED_AFTER_MS = 60_000;
/** Where the list does not answer, or does not tell calls apart: by then the phone has rung, and the carrier has told of it. */
const BEYOND_RINGING_MS = 30_000;
/** Other calls to one number; more than that were never placed within a minute. */
const RIVALS_LOOKED_AT = 100;

@Injectable()
export class PlacementSearch {
  private readonly searches = new Map<CallId, Promise<Call>>();

  constructor(
    private readonly carrier: Carrier,
    private readonly store: CallStore,
    private readonly journal: CallJournal,
    private readonly pauses: CallPauses,
    private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /**
   * The call with the carrier's id, or ended because it was not placed, or as it is when neither could be told in time.
   * Also a call that was given up is looked for: its phone must not go on ringing.
   */
  find(call: Call): Promise<Call> {
    const known = this.searches.get(call.id);
    if (known) return known;
    const search = this.search(call).finally(() => this.searches.delete(call.id));
    this.searches.set(call.id, search);
    return search;
  }

  private async search(call: Call): Promise<Call> {
    // Not since the call was asked for: the request itself may have come later, and a list is a little behind.
    const begun = this.clock.now();
    let current = call;
    for (let looks = 0; !this.pauses.isOver; looks += 1) {
      current = (await this.journal.find(call.id).catch(() => undefined)) ?? current;
      if (current.twilioCallSid !== null) return current;
      const found = await this.look(current);
      if (typeof found === 'object') return found;
      const age = this.clock.now() - begun;
      if (found === 'none' && age >= NOT_PLACED_AFTER_MS) return this.settle(current);
      if (age >= call.ringTimeoutSeconds * 1000 + BEYOND_RINGING_MS) return current;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** looks, LONGEST_PAUSE_MS);
      await this.pauses.pause(call.id, pause * (0.75 + Math.random() / 2));
    }
    return current;
  }

  /** The call as it is once it was found, and otherwise why it was not. */
  private async look(call: Call): Promise<Call | 'none' | 'unclear'> {
    try {
      const match = await this.match(call);
      if (typeof match === 'object') return await this.attach(call, match.twilioCallSid);
      return match === 'none' ? 'none' : 'unclear';
    } catch (error) {
      this.logger.warn(
        { callId: call.id, err: error },
        'looking for a call on the list of the carrier failed',
      );
      return 'unclear';
    }
  }

  /**
   * In this order: what was placed, who else may have placed it, what is taken. A call of ours that is given its id meanwhile is
   * then seen as a rival, or its id as taken, and never neither.
   */
  private async match(call: Call): Promise<Match> {
    const placed = fitting(call, await this.carrier.findPlaced(call));
    if (placed.length === 0) return 'none';
    const others = await this.store.list({ to: call.to }, RIVALS_LOOKED_AT);
    const hasRival = others?.calls.some((other) => isRival(call, other)) ?? true;
    const taken = new Set<string>();
    for (const { twilioCallSid } of placed) {
      if (await this.store.findBySid(twilioCallSid)) taken.add(twilioCallSid);
    }
    return matchPlaced(placed, taken, hasRival);
  }

  private async attach(call: Call, twilioCallSid: string): Promise<Call> {
    this.logger.warn(
      { callId: call.id },
      'the answer of the carrier was lost; the call was found on its list',
    );
    const after = (await this.journal.apply(call.id, { type: 'carrier.accepted', twilioCallSid })) ?? call;
    // Given up while it was looked for: no phone may ring for a call that is over.
    if (isFinal(after.status)) await this.carrier.hangUp(twilioCallSid);
    return after;
  }

  private async settle(call: Call): Promise<Call> {
    const failure = {
      code: 'carrier-unreachable',
      detail: "Twilio's answer was lost, and its list of calls shows that it did not place the call.",
    } as const;
    await this.journal.apply(call.id, { type: 'end.decided', reason: 'carrier-failed', failure });
    return (await this.journal.apply(call.id, { type: 'end.settled' })) ?? call;
  }
}
