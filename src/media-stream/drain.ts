/**
 * Lets live calls finish before the process does. It must run before Nest closes sockets and HTTP, since Twilio's callbacks are still to
 * come, and before any module is told of the shutdown: the order of modules says nothing about who may still be needed.
 */
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Admission } from '../calls/admission.js';
import { CallJournal } from '../calls/call-journal.js';
import { Environment } from '../config/environment.js';
import type { AppLogger } from '../ops/logger.js';
import { Readiness } from '../ops/readiness.js';
import { APP_LOGGER } from '../ops/tokens.js';

/** After the patience is over, lines get this long to be hung up. */
const LAST_GRACE_MS = 5000;

@Injectable()
export class Drain implements OnModuleDestroy {
  constructor(
    private readonly environment: Environment,
    private readonly admission: Admission,
    private readonly journal: CallJournal,
    private readonly readiness: Readiness,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  async onModuleDestroy(): Promise<void> {
    this.readiness.beginDraining();
    await this.untilOver();
    if (!(await this.journal.settled(LAST_GRACE_MS)))
      this.logger.error('shutting down while the store is away: what happened last is not on record');
  }

  private async untilOver(): Promise<void> {
    if (this.admission.liveCalls === 0) return;
    this.logger.warn({ liveCalls: this.admission.liveCalls }, 'shutting down: waiting for live calls');
    if (await this.admission.untilEmpty(this.environment.DRAIN_TIMEOUT_SECONDS * 1000)) return;
    const left = this.admission.heldCalls();
    this.logger.warn({ liveCalls: left.length }, 'shutting down: ending the calls that are left');
    // One that cannot be told must not keep the others from being ended.
    await Promise.allSettled(
      left.map((id) => this.journal.apply(id, { type: 'end.decided', reason: 'shutting-down' })),
    );
    await this.admission.untilEmpty(LAST_GRACE_MS);
  }
}
