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
   * Undefined when the process ends first.
   */
  async take(call: Call): Promise<Call | undefined> {
    let awaySince: number | undefined;
    while (!this.pauses.isOver) {
      const current = await this.turn(call).catch((error: unknown) => {
        if (error instanceof CordboardError && error.code === 'store-away') return undefined;
        throw error;
      });
      if (current) return current;
      const now = this.clock.now();
      awaySince ??= now;
      if (now - awaySince >= call.ringTimeoutSeconds * 1000) return this.giveUp(call);
      await this.pauses.pause(call.id, STORE_RETRY_MS);
      const seen = await this.journal.find(call.id).catch(() => undefined);
      if (seen && seen.endReason !== null) return seen;
    }
    return undefined;
  }

  /** Undefined when the store could not take in that the carrier is asked. */
  private async turn(call: Call): Promise<Call | undefined> {
    const start = this.clock.now() + Math.ceil(await this.pace.reserve(this.gapMs));
    for (let left = start - this.clock.now(); left > 0; left = start - this.clock.now()) {
      await this.pauses.pause(call.id, left);
      if (this.pauses.isOver) return undefined;
      const woken = this.clock.now() < start ? await this.journal.find(call.id) : undefined;
      if (woken && woken.endReason !== null) return woken;
    }
    const current = await this.store.find(call.id);
    if (current && current.endReason !== null) return current;
    const asked = await this.journal.apply(call.id, { type: 'carrier.asked' });
    if (asked && asked.endReason !== null) return asked;
    const onRecord = await this.store.find(call.id);
    return onRecord && onRecord.times.startedAt !== null ? onRecord : undefined;
  }

  private async giveUp(call: Call): Promise<Call> {
    const failure = {
      code: 'store-away',
      detail: 'The store of calls did not answer, so the call was not placed.',
    } as const;
    const event = { type: 'end.decided', reason: 'service-failed', failure } as const;
    return (await this.journal.apply(call.id, event)) ?? { ...call, endReason: event.reason };
  }
}
