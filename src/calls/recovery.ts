/**
 * Takes over calls whose process is gone, so that each ends with a true cause: the watch follows them from here on, and what
 * only this moment can know is written down first.
 */
import { Inject, Injectable } from '@nestjs/common';
import { isFinal, type Call } from '../core/call/call.js';
import type { CallEvent } from '../core/call/call-machine.js';
import { recoveryOf } from '../core/call/recovery.js';
import { ReplicaStore } from '../core/call/replica.store.js';
import { Clock } from '../core/clock.js';
import type { CallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { CallJournal } from './call-journal.js';
import { Dialer } from './dialer.js';

const LOST: CallEvent = {
  type: 'end.decided',
  reason: 'service-failed',
  failure: { code: 'service-lost', detail: 'The process that carried the conversation is gone.' },
};
const TOO_LATE: CallEvent = {
  type: 'dial.given-up',
  askedAt: null,
  failure: { code: 'service-lost', detail: 'The process that was to place the call is gone; no phone rang.' },
};
const NEVER_BEGUN: CallEvent = {
  type: 'dial.given-up',
  askedAt: null,
  failure: { code: 'store-away', detail: 'The store took the call and its answer was lost; no phone rang.' },
};
/** A call that was written by this process and is not known to it: by then its request has been answered. */
const STRAY_AFTER_SECONDS = 30;

@Injectable()
export class Recovery {
  constructor(
    private readonly journal: CallJournal,
    private readonly dialer: Dialer,
    private readonly replicas: ReplicaStore,
    private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /**
   * Takes what nobody answers for. @param silentToo whether also from replicas that only show no sign of life.
   * @throws CordboardError `store-away`
   */
  async lookAround(timeoutSeconds: number, silentToo: boolean): Promise<void> {
    await this.take(await this.replicas.takeOver(timeoutSeconds, silentToo));
    const ids = await this.replicas.ownOpen(STRAY_AFTER_SECONDS);
    await Promise.all(ids.filter((id) => !this.journal.isHeld(id)).map((id) => this.fetchStray(id)));
  }

  /** Resolves once the causes are on record; dialling goes on behind it. */
  async take(calls: readonly Call[]): Promise<void> {
    await Promise.all(calls.map((call) => this.recover(call)));
  }

  /** A write whose answer was lost: the record says that this replica answers for the call, and this replica never knew. */
  private async fetchStray(id: CallId): Promise<void> {
    const call = await this.journal.find(id);
    if (!call || isFinal(call.status) || this.journal.isHeld(id)) return;
    const isBegun = call.times.startedAt !== null || call.twilioCallSid !== null;
    if (isBegun) {
      await this.recover(call);
      return;
    }
    // Whoever asked for it was told that it failed, and may have asked again.
    this.journal.adopt(call);
    await this.journal.apply(id, NEVER_BEGUN);
  }

  private async recover(call: Call): Promise<void> {
    const recovery = recoveryOf(call, this.clock.now());
    this.logger.warn({ callId: call.id, recovery }, 'taking over a call whose process is gone');
    this.journal.adopt(call);
    switch (recovery) {
      case 'end': {
        await this.journal.apply(call.id, LOST);
        break;
      }
      case 'give-up': {
        await this.journal.apply(call.id, TOO_LATE);
        break;
      }
      case 'dial': {
        this.inBackground(call, this.dialer.dial(call));
        break;
      }
      case 'reconcile': {
        this.inBackground(call, this.dialer.reconcile(call));
        break;
      }
      case 'watch': {
        break;
      }
    }
  }

  private inBackground(call: Call, work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      // What the record does not say by now, the watch finds out.
      this.logger.warn({ callId: call.id, err: error }, 'a call that was taken over could not be placed');
    });
  }
}
