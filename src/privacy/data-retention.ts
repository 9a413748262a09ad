/**
 * Takes out of old records what was said in them and whom they were with, as TRANSCRIPT_RETENTION_DAYS and NUMBER_RETENTION_DAYS say.
 * Every replica does it; twice is the same as once. Recordings have their own age: see recordings/recording-retention.ts.
 */
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CallJournal } from '../calls/call-journal.js';
import { LONGEST_PACE_MS } from '../config/call-paces.js';
import { Environment } from '../config/environment.js';
import { PersonalDataStore, type PersonalPart } from '../core/call/personal-data.store.js';
import type { Cancel, Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER, BACKGROUND_CLOCK } from '../ops/tokens.js';

const DAY_MS = 86_400_000;
/** Ages count in days. */
const LOOK_EVERY_MS = 3_600_000;
const PAGE = 200;

@Injectable()
export class DataRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  private cancel: Cancel | undefined;
  private isOver = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly environment: Environment,
    private readonly store: PersonalDataStore,
    private readonly journal: CallJournal,
    @Inject(BACKGROUND_CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** Nobody waits for it: the first calls are more urgent than the last ones. */
  onApplicationBootstrap(): void {
    this.run();
  }

  /** The store is closed after this one. */
  async onApplicationShutdown(): Promise<void> {
    this.isOver = true;
    this.cancel?.();
    await this.running;
  }

  private run(): void {
    this.running = this.takeOut()
      .catch((error: unknown) => {
        if (error instanceof CordboardError && error.code === 'store-away') return;
        this.logger.error({ err: error }, 'taking out what is too old to be kept failed; later again');
      })
      .finally(() => {
        if (!this.isOver) this.cancel = this.clock.after(LOOK_EVERY_MS, () => this.run());
      });
  }

  private async takeOut(): Promise<void> {
    const { TRANSCRIPT_RETENTION_DAYS, NUMBER_RETENTION_DAYS } = this.environment;
    await this.store.forgetDestinations(this.clock.now() - LONGEST_PACE_MS);
    const records =
      (await this.takeOutPart('transcript', TRANSCRIPT_RETENTION_DAYS)) +
      (await this.takeOutPart('person', NUMBER_RETENTION_DAYS));
    if (records > 0) this.logger.info({ records }, 'took out of old records what is too old to be kept');
  }

  private async takeOutPart(part: PersonalPart, days: number): Promise<number> {
    if (days === 0) return 0;
    const before = this.clock.now() - days * DAY_MS;
    let records = 0;
    for (let isMore = true; isMore && !this.isOver;) {
      const page = await this.store.keeping(part, before, PAGE);
      let erased = 0;
      for (const { id } of page) {
        if (this.isOver) return records;
        const written = await this.journal.write(id, {
          type: 'record.erased',
          transcript: part === 'transcript',
          person: part === 'person',
        });
        if (written.isNew) erased += 1;
      }
      records += erased;
      // A page of which nothing could be taken out would come back for ever.
      isMore = page.length === PAGE && erased > 0;
    }
    return records;
  }
}
