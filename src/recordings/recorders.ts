/**
 * The recordings that this process makes at present: hands each session of a recorded call its recorder, and enters what came
 * of it.
 */
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CallFeed } from '../calls/call-feed.js';
import type { MediaTap } from '../core/bridge/media-tap.js';
import type { Call, CallRecording } from '../core/call/call.js';
import { Clock, type Cancel } from '../core/clock.js';
import type { CallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { CallRecorder, type RecordingOutcome } from './call-recorder.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingLedger } from './recording-ledger.js';
import { isWanted } from './recording-decisions.js';
import { secondsOf } from './wav-format.js';

/** Steps of the golden ratio spread any number of calls evenly over a second. */
const PHASE_STEP_MS = 618;
const TURN_MS = 1000;
/** A disk that hangs must not keep the process; what is missing is mended by the next one. */
const LAST_WRITE_MS = 5000;

@Injectable()
export class Recorders implements OnApplicationShutdown {
  private readonly live = new Map<CallId, CallRecorder>();
  private phaseMs = 0;

  constructor(
    private readonly files: RecordingFiles,
    private readonly ledger: RecordingLedger,
    private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
    feed: CallFeed,
  ) {
    // Whoever asked for it asked another replica of the same disk, which cannot stop what is written here.
    feed.subscribe((news) => {
      if (news.type === 'refreshed' && news.call.recording.status === 'deleted') void this.stop(news.call.id);
    });
  }

  /** What a session has to tell its media; undefined for a call that is not recorded here. */
  tapFor(call: Call): MediaTap | undefined {
    if (!isWanted(call.recording) || this.live.has(call.id)) return undefined;
    this.phaseMs = (this.phaseMs + PHASE_STEP_MS) % TURN_MS;
    const recorder = new CallRecorder({
      clock: this.clock,
      phaseMs: this.phaseMs,
      originMs: call.times.streamStartedAt,
      open: () => this.files.create(call),
      began: () => void this.ledger.change(call.id, (now) => ({ ...now, status: 'recording' })),
      over: (outcome) => this.over(call, outcome),
    });
    this.live.set(call.id, recorder);
    return recorder;
  }

  /** Whether this process writes the recording of that call, or still has to enter what came of it. */
  isWriting(id: CallId): boolean {
    return this.live.has(id);
  }

  /** Ends the recording of a live call, before the call ends. */
  async stop(id: CallId): Promise<void> {
    const recorder = this.live.get(id);
    recorder?.ended(this.clock.now());
    await recorder?.finished;
  }

  /** By now all calls have drained; what they left is written to its end. */
  async onApplicationShutdown(): Promise<void> {
    const stopped = Promise.all([...this.live.keys()].map((id) => this.stop(id)));
    let cancel: Cancel = () => undefined;
    const patience = new Promise<void>((resolve) => (cancel = this.clock.after(LAST_WRITE_MS, resolve)));
    await Promise.race([stopped, patience]);
    cancel();
  }

  private async over(call: Call, outcome: RecordingOutcome): Promise<void> {
    if (outcome.status === 'failed')
      this.logger.error({ callId: call.id, err: outcome.error }, 'recording a call failed');
    const after = await this.ledger.change(call.id, (now) => recordingAfter(now, outcome));
    this.live.delete(call.id);
    const keepsNothing = outcome.status === 'absent' || after?.status === 'deleted';
    if (!keepsNothing) return;
    await this.files.remove(call).catch((error: unknown) => {
      this.logger.error({ callId: call.id, err: error }, 'the file of a recording could not be deleted');
    });
  }
}

function recordingAfter(now: CallRecording, outcome: RecordingOutcome): CallRecording {
  const durationSeconds = outcome.status === 'ready' ? secondsOf(outcome.frames) : now.durationSeconds;
  return { ...now, status: outcome.status, durationSeconds };
}
