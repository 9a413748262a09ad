/**
 * When a queued call may be dialled: after its turn in the pace of the account, and not before it is on record that the carrier
 * is asked. A call is never dialled on the strength of memory alone: after a crash nobody would know of it.
 */
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { Call } from '../core/call/call.js';
import { CallStore } from '../core/call/call.store.js';
import { DialPace } from '../core/call/dial-pace.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import { CallJournal } from './call-journal.js';
import { CallPauses } from './call-pauses.js';

/** How often the store is tried again. */
const STORE_RETRY_MS = 500;

/** When it was put on record, for this very turn, that the carrier is asked. */
interface Mine {
  askedAt: number | null;
}

/** The call, to be dialled or with its end decided; or why there is nothing to dial. */
type Turn = Call | 'not-yet' | 'elsewhere';

@Injectable()
export class DialTurns {
  private readonly gapMs: number;

  constructor(
    environment: Environment,
    private readonly pace: DialPace,
    private readonly store: CallStore,
    private readonly journal: CallJournal,
    private readonly pauses: CallPauses,
    private readonly clock: Clock,
  ) {
    // Whole milliseconds, and rather slower than the account allows than faster.
    this.gapMs = Math.ceil(1000 / environment.TWILIO_CALLS_PER_SECOND);
  }

  /**
   * The call in its turn, or as soon as its end is decided; then it has an `endReason` and must not be dialled.
   * Undefined when the process ends first, or another replica has taken the call over meanwhile.
   */
  async take(call: Call): Promise<Call | undefined> {
    const mine: Mine = { askedAt: null };
    try {
      return await this.untilTurn(call, mine);
    } catch (error) {
      const failure = { code: 'internal', detail: 'The service failed before Twilio was asked.' } as const;
      await this.journal.apply(call.id, { type: 'dial.given-up', askedAt: mine.askedAt, failure });
      throw error;
    }
  }

  private async untilTurn(call: Call, mine: Mine): Promise<Call | undefined> {
    let awaySince: number | undefined;
    while (!this.pauses.isOver) {
      const turn = await this.turn(call, mine).catch((error: unknown) => {
        if (error instanceof CordboardError && error.code === 'store-away') return 'not-yet' as const;
        throw error;
      });
      if (turn === 'elsewhere') return undefined;
      if (turn !== 'not-yet') return turn;
      const now = this.clock.now();
      awaySince ??= now;
      if (now - awaySince >= call.ringTimeoutSeconds * 1000) return this.giveUp(call, mine);
      await this.pauses.pause(call.id, STORE_RETRY_MS);
      const seen = await this.journal.find(call.id).catch(() => undefined);
      if (seen && seen.endReason !== null) return seen;
    }
    return undefined;
  }

  private async turn(call: Call, mine: Mine): Promise<Turn> {
    const ended = await this.untilPlace(call);
    if (ended) return ended;
    const current = await this.store.find(call.id);
    if (current && current.endReason !== null) return current;
    const askedAt = current?.times.startedAt ?? null;
    if (askedAt !== null && askedAt !== mine.askedAt) return 'elsewhere';
    return (await this.ask(call, mine)) ?? this.onRecord(call, mine);
  }

  /** Until the pace lets the call begin. With the call when its end is decided before. */
  private async untilPlace(call: Call): Promise<Call | 'elsewhere' | undefined> {
    const start = this.clock.now() + Math.ceil(await this.pace.reserve(this.gapMs));
    for (let left = start - this.clock.now(); left > 0; left = start - this.clock.now()) {
      await this.pauses.pause(call.id, left);
      if (this.pauses.isOver) return 'elsewhere';
      const woken = this.clock.now() < start ? await this.journal.find(call.id) : undefined;
      if (woken && woken.endReason !== null) return woken;
    }
    return undefined;
  }

  /** Puts down that the carrier is asked, once for this call, whoever else wants to. */
  private async ask(call: Call, mine: Mine): Promise<Call | 'elsewhere' | undefined> {
    if (mine.askedAt !== null) return undefined;
    const { call: asked, isNew } = await this.journal.write(call.id, { type: 'carrier.asked' });
    if (asked && asked.endReason !== null) return asked;
    if (!isNew) return 'elsewhere';
    mine.askedAt = asked?.times.startedAt ?? null;
    return undefined;
  }

  /** On record, and not only in memory: while the store is away another replica may take the call for one that nobody asks for. */
  private async onRecord(call: Call, mine: Mine): Promise<Turn> {
    const found = await this.store.find(call.id);
    if (!found || found.times.startedAt === null) return 'not-yet';
    if (found.endReason !== null) return found;
    return found.times.startedAt === mine.askedAt && found.twilioCallSid === null ? found : 'elsewhere';
  }

  private async giveUp(call: Call, { askedAt }: Mine): Promise<Call | undefined> {
    const failure = {
      code: 'store-away',
      detail: 'The store of calls did not answer, so the call was not placed.',
    } as const;
    return this.journal.apply(call.id, { type: 'dial.given-up', askedAt, failure });
  }
}
