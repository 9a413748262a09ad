/**
 * Takes over calls whose process is gone, so that each ends with a true cause: the watch follows them from here on, and what
 * only this moment can know is written down first.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { Call } from '../core/call/call.js';
import type { CallEvent } from '../core/call/call-machine.js';
import { recoveryOf } from '../core/call/recovery.js';
import { Clock } from '../core/clock.js';
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
  type: 'end.decided',
  reason: 'service-failed',
  failure: { code: 'service-lost', detail: 'The process that was to place the call is gone; no phone rang.' },
};

@Injectable()
export class Recovery {
  constructor(
    private readonly journal: CallJournal,
    private readonly dialer: Dialer,
    private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** Resolves once the causes are on record; dialling goes on behind it. */
  async take(calls: readonly Call[]): Promise<void> {
    await Promise.all(calls.map((call) => this.recover(call)));
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
        await this.journal.apply(call.id, { type: 'end.settled' });
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
