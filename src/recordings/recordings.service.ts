/**
 * Finds, opens and deletes the recordings of calls, whoever made them. Twilio's are fetched with our key, which the client
 * never sees.
 */
import { Injectable } from '@nestjs/common';
import { CallsService } from '../calls/calls.service.js';
import type { Call } from '../core/call/call.js';
import { CarrierRecordings } from '../core/call/carrier-recordings.js';
import { CordboardError } from '../core/errors.js';
import { Recorders } from './recorders.js';
import { neverBegan } from './recording-decisions.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingLedger } from './recording-ledger.js';
import { slice, type Sound } from './sound-answer.js';
import { bytesFor, framesIn, HEADER_BYTES, wavHeader } from './wav-format.js';

/** Why there is nothing to hear. */
const NOTHING: Readonly<Record<string, string>> = {
  off: 'The call is not recorded: it was not asked for.',
  pending: 'Nothing of the call is recorded yet.',
  absent: 'The call was to be recorded, and there was nothing to record.',
  deleted: 'The recording was deleted.',
};
const ELSEWHERE =
  'The recording is not on the disk of this replica: ask the one that carried the call, or share DATA_DIR.';
/** A range that Twilio may be asked for as it is; anything else is answered from the whole. */
const ONE_RANGE = /^bytes=(?:\d+-\d*|-\d+)$/;

@Injectable()
export class RecordingsService {
  constructor(
    private readonly calls: CallsService,
    private readonly files: RecordingFiles,
    private readonly recorders: Recorders,
    private readonly ledger: RecordingLedger,
    private readonly carrier: CarrierRecordings,
  ) {}

  /** @throws CordboardError `not-found` when there is nothing to fetch, with the reason. */
  async open(id: string, range: string | undefined): Promise<Sound> {
    const call = await this.recorded(id);
    return call.recording.source === 'twilio' ? this.openCarriers(call, range) : this.openFile(call);
  }

  /** The tag of a recording that does not change any more; undefined for one of ours, whose length tells. */
  async tagOfCarriers(id: string): Promise<string | undefined> {
    const { recording } = await this.recorded(id);
    return recording.source === 'twilio' ? tagOf(recording.twilioRecordingSid) : undefined;
  }

  /** @throws CordboardError `not-found` when there never was one, `carrier-refused` while Twilio still works on it. */
  async delete(id: string): Promise<void> {
    const call = await this.calls.get(id);
    if (call.recording.status === 'deleted') return;
    const recorded = await this.recorded(id);
    if (!(await this.isHere(recorded))) throw new CordboardError('not-found', ELSEWHERE);
    await this.remove(recorded);
  }

  /** Deleting on record what lies on another disk would leave it there. A recording that failed may have no file anywhere. */
  private async isHere(call: Call): Promise<boolean> {
    const { source, status } = call.recording;
    if (source === 'twilio' || status === 'failed' || status === 'absent' || neverBegan(call)) return true;
    if (this.recorders.isWriting(call.id)) return true;
    return (await this.files.writtenAt(call)) !== undefined;
  }

  /**
   * Deletes whatever there is of an ended call; nothing is no fault.
   * @throws CordboardError `not-found` when it lies on another disk.
   */
  async erase(call: Call): Promise<void> {
    // As it is by now: a callback may have come since the record was read.
    const now = await this.calls.get(call.id);
    if (now.recording.status === 'off' || now.recording.status === 'deleted') return;
    if (!(await this.isHere(now))) throw new CordboardError('not-found', ELSEWHERE);
    await this.remove(now);
  }

  /** Deletes the sound wherever it is, then says so on record. Twilio may have more than the one that is on record. */
  async remove(call: Call): Promise<void> {
    const { source, twilioRecordingSid } = call.recording;
    if (source === 'twilio') {
      if (twilioRecordingSid !== null) await this.carrier.remove(twilioRecordingSid);
      if (call.twilioCallSid !== null) await this.carrier.removeOfCall(call.twilioCallSid);
    } else {
      await this.recorders.stop(call.id);
      await this.files.remove(call);
    }
    await this.ledger.change(call.id, (now) => ({ ...now, status: 'deleted' }));
  }

  private async recorded(id: string): Promise<Call> {
    const call = await this.calls.get(id);
    const nothing = NOTHING[call.recording.status];
    if (nothing !== undefined) throw new CordboardError('not-found', nothing);
    return call;
  }

  /** Up to its present length, under a header that says so: the file may still grow, or never have been finished. */
  private async openFile(call: Call): Promise<Sound> {
    const handle = await this.files.read(call);
    if (!handle) {
      throw new CordboardError('not-found', ELSEWHERE);
    }
    const frames = framesIn((await handle.stat()).size);
    const header = wavHeader(frames);
    return {
      fileName: `${call.id}.wav`,
      // Nothing that was written changes, so the length tells everything.
      etag: `"${call.id}-${frames}"`,
      totalBytes: bytesFor(frames),
      async *bytes(first, last) {
        if (first < HEADER_BYTES) yield header.subarray(first, last + 1);
        const start = Math.max(first, HEADER_BYTES);
        if (start <= last) yield* handle.createReadStream({ start, end: last, autoClose: false });
      },
      close: () => handle.close(),
    };
  }

  private async openCarriers({ id, recording }: Call, range: string | undefined): Promise<Sound> {
    const sid = recording.twilioRecordingSid;
    const wanted = range !== undefined && ONE_RANGE.test(range) ? range : undefined;
    const media = sid === null ? undefined : await this.carrier.fetch(sid, wanted);
    if (!media)
      throw new CordboardError('not-found', 'Twilio does not have the recording ready yet, or not any more.');
    return {
      fileName: `${id}.wav`,
      etag: tagOf(sid),
      totalBytes: media.totalBytes,
      bytes: (first, last) => slice(media.body, first - (media.part?.first ?? 0), last - first + 1),
      close: () => Promise.resolve(media.leave()),
    };
  }
}

/** What Twilio has completed does not change. */
function tagOf(sid: string | null): string {
  return `"${sid}"`;
}
