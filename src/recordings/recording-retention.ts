/**
 * Deletes recordings that are older than RECORDING_RETENTION_DAYS, here and at Twilio.
 */
import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { Call } from '../core/call/call.js';
import { RecordedCallStore } from '../core/call/recorded-call.store.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { deletedBefore, isWhollyBefore } from './recording-decisions.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingsService } from './recordings.service.js';

const PAGE = 200;

@Injectable()
export class RecordingRetention {
  constructor(
    private readonly environment: Environment,
    private readonly store: RecordedCallStore,
    private readonly recordings: RecordingsService,
    private readonly files: RecordingFiles,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** @throws CordboardError `store-away` */
  async deleteOld(now: number, signal: AbortSignal): Promise<void> {
    const before = deletedBefore(this.environment.RECORDING_RETENTION_DAYS, now);
    if (before === undefined) return;
    for (let from = 0; !signal.aborted;) {
      const page = await this.store.kept(from, before, PAGE);
      for (const call of page) if (!signal.aborted) await this.remove(call);
      const last = page.at(-1);
      if (!last || page.length < PAGE) break;
      // What could not be deleted is passed over until the next time.
      from = last.times.createdAt + 1;
    }
    // Files whose calls are not known any more, or whose deletion was entered by a replica with another disk.
    for (const day of await this.files.days())
      if (isWhollyBefore(day, before)) await this.files.removeDay(day);
  }

  private async remove(call: Call): Promise<void> {
    try {
      await this.recordings.remove(call);
    } catch (error) {
      this.logger.warn({ callId: call.id, err: error }, 'an old recording could not be deleted; later again');
    }
  }
}
