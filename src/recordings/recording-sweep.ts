/**
 * Looks after recordings now and then, when no call does. Every replica does it; twice is the same as once.
 */
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { RecordedCallStore } from '../core/call/recorded-call.store.js';
import type { Cancel, Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER, BACKGROUND_CLOCK } from '../ops/tokens.js';
import { RecordingMender } from './recording-mender.js';
import { RecordingRetention } from './recording-retention.js';

/** A crash leaves recordings that somebody waits to see finished. */
const MEND_EVERY_MS = 60_000;
/** Retention counts in days. */
const DELETE_EVERY_MS = 3_600_000;
const MOST_AT_ONCE = 500;

@Injectable()
export class RecordingSweep implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly over = new AbortController();
  private cancel: Cancel | undefined;
  private running: Promise<void> = Promise.resolve();
  private deletesNextAt = 0;

  constructor(
    private readonly store: RecordedCallStore,
    private readonly mender: RecordingMender,
    private readonly retention: RecordingRetention,
    @Inject(BACKGROUND_CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** Nobody waits for it: the first calls are more urgent than the last ones. */
  onApplicationBootstrap(): void {
    this.run();
  }

  /** The store is closed after this one. */
  async onApplicationShutdown(): Promise<void> {
    this.over.abort();
    this.cancel?.();
    await this.running;
  }

  private run(): void {
    this.running = this.sweep()
      .catch((error: unknown) => {
        if (error instanceof CordboardError && error.code === 'store-away') return;
        this.logger.error({ err: error }, 'looking after recordings failed');
      })
      .finally(() => {
        if (!this.over.signal.aborted) this.cancel = this.clock.after(MEND_EVERY_MS, () => this.run());
      });
  }

  private async sweep(): Promise<void> {
    const now = this.clock.now();
    await this.mend(now);
    if (now < this.deletesNextAt || this.over.signal.aborted) return;
    await this.retention.deleteOld(now, this.over.signal);
    this.deletesNextAt = now + DELETE_EVERY_MS;
  }

  private async mend(now: number): Promise<void> {
    for (const call of await this.store.unsettled(now, MOST_AT_ONCE)) {
      if (this.over.signal.aborted) return;
      try {
        await this.mender.mend(call, now);
      } catch (error) {
        this.logger.warn({ callId: call.id, err: error }, 'a recording could not be finished; later again');
      }
    }
  }
}
