/**
 * Calls that Twilio records: begins where Twilio was not asked with the call already, and follows its callbacks.
 */
import { Inject, Injectable } from '@nestjs/common';
import { CallFeed } from '../calls/call-feed.js';
import type { Call } from '../core/call/call.js';
import { CarrierRecordings } from '../core/call/carrier-recordings.js';
import type { CallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { afterAsking, afterCallback, type RecordingCallback } from './recording-decisions.js';
import { RecordingLedger } from './recording-ledger.js';

@Injectable()
export class CarrierRecorder {
  constructor(
    feed: CallFeed,
    private readonly carrier: CarrierRecordings,
    private readonly ledger: RecordingLedger,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    feed.subscribe((news) => {
      if (news.type !== 'changed' || news.event.type !== 'stream.started') return;
      const { source, status, twilioRecordingSid } = news.call.recording;
      if (source === 'twilio' && status === 'pending' && twilioRecordingSid === null)
        void this.begin(news.call);
    });
  }

  async told(id: CallId, callback: RecordingCallback): Promise<void> {
    const recording = await this.ledger.change(id, (now) => afterCallback(now, callback));
    if (recording?.status !== 'deleted' || callback.status !== 'completed') return;
    // It was not finished when somebody had it deleted, or it is another one.
    await this.carrier.remove(callback.sid);
  }

  /** Asks Twilio about a recording whose callback never came. @throws CordboardError */
  async ask({ id, twilioCallSid, times }: Call, now: number): Promise<void> {
    const recording = twilioCallSid === null ? undefined : await this.carrier.ofCall(twilioCallSid);
    const sinceEndMs = now - (times.endedAt ?? now);
    await this.ledger.change(id, (before) => afterAsking(before, recording, sinceEndMs));
  }

  /** A call placed here is recorded from its answer on; any other from its stream on. Asking first tells which it is. */
  private async begin({ id, twilioCallSid }: Call): Promise<void> {
    if (twilioCallSid === null) return;
    try {
      const known = await this.carrier.ofCall(twilioCallSid);
      const sid = known?.sid ?? (await this.carrier.start(twilioCallSid, id));
      await this.ledger.change(id, (now) =>
        afterCallback(now, { sid, status: 'in-progress', durationSeconds: null }),
      );
    } catch (error) {
      this.logger.error({ callId: id, err: error }, 'Twilio does not record a call that was to be recorded');
      await this.ledger.change(id, (now) =>
        now.status === 'pending' ? { ...now, status: 'failed' } : undefined,
      );
    }
  }
}
