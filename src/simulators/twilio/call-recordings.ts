/**
 * The recordings of one call while it lives: starts them, ends them with the call, lets processing take its time, and tells the service.
 * Sound and states are the recording's own.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CallRecording, type RecordingSource } from './call-recording.js';
import type { RecordingEvent } from './caller-script.js';
import type { RecordingRequest } from './recording-request.js';
import { mediaUri } from './recording-resource.js';
import type { SimulatedCall } from './simulated-call.js';
import { rfc2822 } from './webhook-params.js';
import { WebhookLane, type SendWebhook } from './webhook-lane.js';

export interface CallRecordingsOptions {
  readonly call: SimulatedCall;
  /** How long processing takes, in ms. */
  readonly afterMs: number;
  /** Base address of the REST API. */
  readonly apiUrl: () => string;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly send: SendWebhook;
  /** Takes work that the end of the call waits for. */
  readonly track: (work: Promise<void>) => void;
  /** Every recording of the account. */
  readonly shelf: CallRecording[];
  readonly signal: AbortSignal;
}

interface Running {
  readonly recording: CallRecording;
  readonly lane: WebhookLane<RecordingEvent>;
}

export class CallRecordings {
  private readonly running = new Set<Running>();

  constructor(private readonly options: CallRecordingsOptions) {}

  start(request: RecordingRequest, source: RecordingSource): CallRecording {
    const { call, now, send, signal, shelf } = this.options;
    const recording = new CallRecording(call, request, source, now);
    const lane = new WebhookLane<RecordingEvent>({ faults: call.script.recording ?? {}, send, signal });
    this.running.add({ recording, lane });
    call.recordings.push(recording);
    shelf.push(recording);
    call.note('recording', { sid: recording.sid, status: 'in-progress' });
    this.report(recording, lane, 'in-progress');
    return recording;
  }

  /**
   * The call is over, and so is everything that still records it.
   * @returns what the call's last callback tells of the recording that was asked for with the call
   */
  finish(): Readonly<Record<string, string>> {
    const { call, track } = this.options;
    for (const running of this.running) {
      running.recording.cut(call.script.recording?.absent ?? false);
      track(this.complete(running));
    }
    this.running.clear();
    const own = call.recordings.find(({ source }) => source === 'OutboundAPI');
    if (!own || own.seconds === 0) return {};
    return {
      RecordingSid: own.sid,
      RecordingUrl: this.urlOf(own),
      RecordingDuration: String(own.seconds),
    };
  }

  private async complete({ recording, lane }: Running): Promise<void> {
    const { call, afterMs, signal } = this.options;
    try {
      await delay(afterMs, undefined, { signal });
    } catch {
      // The simulator was stopped first; the recording stays in processing.
      return;
    }
    const status = recording.settle();
    call.note('recording', { sid: recording.sid, status, seconds: recording.seconds });
    this.report(recording, lane, status);
    await lane.delivered();
  }

  private report(recording: CallRecording, lane: WebhookLane<RecordingEvent>, event: RecordingEvent): void {
    const { callback, events, track } = recording.request;
    if (!callback || !events.has(event)) return;
    const params: Record<string, string> = {
      AccountSid: recording.accountSid,
      CallSid: recording.callSid,
      RecordingSid: recording.sid,
      RecordingUrl: this.urlOf(recording),
      RecordingStatus: event,
      RecordingChannels: String(recording.channels),
      // Which form the time has is not documented; the call's callbacks have this one.
      RecordingStartTime: rfc2822(recording.startedAtEpochMs),
      RecordingSource: recording.source,
      RecordingTrack: track,
    };
    if (event === 'completed') params['RecordingDuration'] = String(recording.seconds ?? 0);
    lane.post(event, { kind: 'recording', ...callback, params });
  }

  private urlOf(recording: CallRecording): string {
    return `${this.options.apiUrl()}${mediaUri(recording)}`;
  }
}
