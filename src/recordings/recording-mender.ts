/**
 * Brings a recording to its end whose call has ended and which nobody finished: a crash left its file open, its callback never
 * came, or it never began.
 */
import { Injectable } from '@nestjs/common';
import { CallFeed } from '../calls/call-feed.js';
import { isFinal, type Call } from '../core/call/call.js';
import { CarrierRecorder } from './carrier-recorder.js';
import { Recorders } from './recorders.js';
import { neverBegan, remedyFor } from './recording-decisions.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingLedger } from './recording-ledger.js';
import { secondsOf } from './wav-format.js';

@Injectable()
export class RecordingMender {
  constructor(
    feed: CallFeed,
    private readonly files: RecordingFiles,
    private readonly recorders: Recorders,
    private readonly carrier: CarrierRecorder,
    private readonly ledger: RecordingLedger,
  ) {
    feed.subscribe((news) => {
      if (news.type !== 'changed' || isFinal(news.before.status) || !isFinal(news.call.status)) return;
      if (neverBegan(news.call)) void this.enter(news.call, 'absent');
    });
  }

  /** @throws CordboardError when Twilio has to be asked and does not answer; Error when the disk does not. */
  async mend(call: Call, now: number): Promise<void> {
    if (this.recorders.isWriting(call.id)) return;
    const writtenAt = call.recording.source === 'service' ? await this.files.writtenAt(call) : undefined;
    const remedy = remedyFor(call, writtenAt, now);
    if (remedy === 'ask-carrier') await this.carrier.ask(call, now);
    else if (remedy === 'repair') await this.repair(call);
    else if (remedy !== 'leave') await this.enter(call, remedy);
  }

  private async repair(call: Call): Promise<void> {
    const frames = await this.files.repair(call);
    if (frames === 0) {
      await this.files.remove(call);
      await this.enter(call, 'absent');
      return;
    }
    const durationSeconds = secondsOf(frames);
    await this.ledger.change(call.id, (now) => ({ ...now, status: 'ready', durationSeconds }));
  }

  private async enter({ id }: Call, status: 'absent' | 'failed'): Promise<void> {
    await this.ledger.change(id, (now) =>
      now.status === 'pending' || now.status === 'recording' ? { ...now, status } : undefined,
    );
  }
}
