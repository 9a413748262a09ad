/**
 * Sees to it that every call ends: one timer per live call, for whatever must happen next. Where nothing happens, the carrier
 * is asked, the line is hung up, and in the end the record is closed whatever the carrier says.
 */
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { isFinal, type Call } from '../core/call/call.js';
import { deadlineOf, type Remedy } from '../core/call/call-deadline.js';
import type { FinalStatus } from '../core/call/call-machine.js';
import { Carrier, type CarrierView } from '../core/call/carrier.js';
import { Clock, type Cancel } from '../core/clock.js';
import type { CallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { CallFeed } from './call-feed.js';
import { CallJournal } from './call-journal.js';
import { PlacementSearch } from './placement-search.js';

const ASK_AGAIN_MS = 5000;
const MAX_ASKED = 3;

interface Watched {
  cancel: Cancel;
  decidedAt: number | undefined;
  asked: number;
}

@Injectable()
export class CallWatch implements OnApplicationShutdown {
  private readonly watched = new Map<CallId, Watched>();
  private readonly unsubscribe: () => void;

  constructor(
    feed: CallFeed,
    private readonly journal: CallJournal,
    private readonly carrier: Carrier,
    private readonly search: PlacementSearch,
    private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    this.unsubscribe = feed.subscribe((news) => {
      if (news.type !== 'ignored' && news.type !== 'conversation') this.follow(news.call);
    });
  }

  onApplicationShutdown(): void {
    this.unsubscribe();
    for (const { cancel } of this.watched.values()) cancel();
    this.watched.clear();
  }

  private follow(call: Call): void {
    const known = this.watched.get(call.id);
    known?.cancel();
    if (isFinal(call.status)) {
      this.watched.delete(call.id);
      return;
    }
    const now = this.clock.now();
    const decidedAt = call.endReason === null ? undefined : (known?.decidedAt ?? now);
    const watch: Watched = { cancel: () => undefined, decidedAt, asked: known?.asked ?? 0 };
    this.watched.set(call.id, watch);
    const deadline = deadlineOf(call, decidedAt);
    if (deadline) this.wake(call.id, watch, Math.max(0, deadline.at - now), deadline.remedy);
  }

  private isCurrent(id: CallId, watch: Watched): boolean {
    return this.watched.get(id) === watch;
  }

  private wake(id: CallId, watch: Watched, ms: number, remedy: Remedy): void {
    if (!this.isCurrent(id, watch)) return;
    watch.cancel = this.clock.after(ms, () => {
      this.remedy(id, watch, remedy).catch((error: unknown) => {
        this.logger.error({ callId: id, err: error }, 'watching a call failed');
        this.wake(id, watch, ASK_AGAIN_MS, remedy);
      });
    });
  }

  private async remedy(id: CallId, watch: Watched, remedy: Remedy): Promise<void> {
    switch (remedy) {
      case 'give-up-on-stream': {
        const failure = {
          code: 'stream-never-came',
          detail: 'The call was answered and no media stream was opened.',
        } as const;
        await this.journal.apply(id, { type: 'end.decided', reason: 'stream-failed', failure });
        const call = await this.journal.find(id);
        if (call?.twilioCallSid) await this.carrier.hangUp(call.twilioCallSid).catch(() => undefined);
        return;
      }
      case 'end-for-length': {
        await this.journal.apply(id, { type: 'end.decided', reason: 'max-duration' });
        return;
      }
      case 'ask-carrier': {
        await this.askCarrier(id, watch);
      }
    }
  }

  private async askCarrier(id: CallId, watch: Watched): Promise<void> {
    const call = await this.lookedFor(id);
    if (!call || isFinal(call.status)) return;
    watch.asked += 1;
    const view = call.twilioCallSid === null ? undefined : await this.look(call.twilioCallSid);
    if (view && view !== 'unreachable' && isFinalStatus(view.status)) {
      await this.journal.apply(id, {
        type: 'carrier.ended',
        status: view.status,
        ...(view.durationSeconds === undefined ? {} : { durationSeconds: view.durationSeconds }),
      });
      return;
    }
    // News came meanwhile, and with it another deadline; or the service is stopping.
    if (!this.isCurrent(id, watch)) return;
    if (watch.asked >= MAX_ASKED || view === undefined) {
      const failure = {
        code: 'carrier-unreachable',
        detail: 'Twilio told nothing of how the call ended.',
      } as const;
      await this.journal.apply(id, { type: 'end.decided', reason: 'carrier-failed', failure });
      await this.journal.apply(id, { type: 'end.settled' });
      return;
    }
    if (call.twilioCallSid !== null && view !== 'unreachable')
      await this.carrier.hangUp(call.twilioCallSid).catch(() => undefined);
    this.wake(id, watch, ASK_AGAIN_MS, 'ask-carrier');
  }

  /** The call; one that may have been placed under an id that never reached us is looked for first. */
  private async lookedFor(id: CallId): Promise<Call | undefined> {
    const call = await this.journal.find(id);
    if (!call || isFinal(call.status)) return call;
    const mayBePlaced = call.twilioCallSid === null && call.times.startedAt !== null;
    return mayBePlaced ? this.search.find(call) : call;
  }

  private look(sid: string): Promise<CarrierView | 'unreachable' | undefined> {
    return this.carrier.look(sid).catch(() => 'unreachable' as const);
  }
}

function isFinalStatus(status: Call['status']): status is FinalStatus {
  return isFinal(status);
}
