/**
 * Enters on the record of a call what becomes of its recording, and counts the ends. A recording that was deleted stays deleted.
 */
import { Inject, Injectable } from '@nestjs/common';
import { CallJournal } from '../calls/call-journal.js';
import type { Call, CallRecording } from '../core/call/call.js';
import type { CallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { RecordingMetrics } from './recording-metrics.js';

/** What the recording is after what it is now; undefined to leave it. */
export type NextRecording = (now: CallRecording, call: Call) => CallRecording | undefined;

@Injectable()
export class RecordingLedger {
  /** One change of a call after the other: each decides by what the one before left. */
  private readonly queues = new Map<CallId, Promise<unknown>>();

  constructor(
    private readonly journal: CallJournal,
    private readonly metrics: RecordingMetrics,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** Never rejects. @returns the recording on record after it; undefined when that could not be read. */
  change(id: CallId, next: NextRecording): Promise<CallRecording | undefined> {
    const done = (this.queues.get(id) ?? Promise.resolve()).then(() => this.write(id, next));
    this.queues.set(id, done);
    void done.finally(() => {
      if (this.queues.get(id) === done) this.queues.delete(id);
    });
    return done;
  }

  private async write(id: CallId, decide: NextRecording): Promise<CallRecording | undefined> {
    try {
      const call = await this.journal.find(id);
      if (!call) return undefined;
      const next = call.recording.status === 'deleted' ? undefined : decide(call.recording, call);
      if (!next) return call.recording;
      const after = await this.journal.apply(id, { type: 'recording.changed', recording: next });
      this.count(call.recording, next);
      return after?.recording;
    } catch (error) {
      this.logger.error({ callId: id, err: error }, 'what became of a recording could not be written');
      return undefined;
    }
  }

  private count(before: CallRecording, { status, source }: CallRecording): void {
    if (status === before.status || source === null) return;
    if (status === 'ready' || status === 'absent' || status === 'failed' || status === 'deleted')
      this.metrics.count(source, status);
  }
}
