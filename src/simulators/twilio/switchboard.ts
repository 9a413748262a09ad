/**
 * The calls of one simulator: makes them, keeps them, takes changes. Called by the REST API and by whoever places incoming
 * calls; it speaks no HTTP.
 */
import { CallLife, type Carrier } from './call-life.js';
import type { Direction } from './call-record.js';
import type { CallRecording } from './call-recording.js';
import type { CallRequest } from './call-request.js';
import type { RecordingRequest } from './recording-request.js';
import type { Target } from './request-target.js';
import type { CallerScript } from './caller-script.js';
import type { Observer } from '../observation.js';
import { RestError } from './rest-error.js';
import { newSid } from './sid.js';
import { SimulatedCall } from './simulated-call.js';
import type { TwimlSource } from './twiml-source.js';

export interface SwitchboardOptions {
  readonly accountSid: string;
  readonly carrier: Carrier;
  /** Mu-law bytes of a named clip. */
  readonly clips: (name: string) => Buffer | Promise<Buffer>;
  readonly observe: Observer | undefined;
  /** Calls per second that are dialled; more than that wait in the queue. */
  readonly callsPerSecond: number;
}

export interface CallChange {
  readonly status: 'completed' | 'canceled' | undefined;
  readonly source: TwimlSource | undefined;
  readonly statusCallback: Target | undefined;
  readonly fallback: Target | undefined;
  readonly limitSeconds: number | undefined;
}

interface Kept {
  readonly call: SimulatedCall;
  readonly life: CallLife;
  readonly queueMs: number;
}

export class Switchboard {
  private readonly kept = new Map<string, Kept>();
  private placed = 0;
  private nextDialMs = 0;

  constructor(private readonly options: SwitchboardOptions) {}

  /** All calls, the oldest first. */
  get calls(): readonly SimulatedCall[] {
    return [...this.kept.values()].map(({ call }) => call);
  }

  /** All recordings, the oldest first; they outlive their calls. */
  get recordings(): readonly CallRecording[] {
    return this.options.carrier.recordings;
  }

  find(sid: string): SimulatedCall | undefined {
    return this.kept.get(sid)?.call;
  }

  queueMs(sid: string): number {
    return this.kept.get(sid)?.queueMs ?? 0;
  }

  /** @returns the call, which begins on its own as soon as `after` resolves */
  place(
    request: CallRequest,
    script: CallerScript,
    direction: Direction,
    after?: Promise<void>,
  ): SimulatedCall {
    const { accountSid, carrier, observe } = this.options;
    this.placed += 1;
    const clips = new Map<string, Buffer>();
    const call = new SimulatedCall({
      sid: newSid('CA'),
      accountSid,
      direction,
      request,
      script,
      seed: this.placed,
      clips,
      now: carrier.now,
      observe,
    });
    const life = new CallLife(call, carrier);
    const queueMs = direction === 'inbound' ? 0 : this.takeTurn();
    this.kept.set(call.sid, { call, life, queueMs });
    life.begin(
      Promise.all([after, this.loadClips(script, clips)]).then(() => undefined),
      queueMs,
    );
    return call;
  }

  /** @throws RestError when the call's state does not allow it */
  change(sid: string, change: CallChange): void {
    const found = this.kept.get(sid);
    if (!found) throw new RestError(20404, `there is no call ${sid}`);
    const { call, life } = found;
    if (call.isEnded) throw new RestError(21220, `the call is ${call.status} and cannot be changed`);
    if (change.source && call.status !== 'in-progress') {
      throw new RestError(
        21220,
        `the call is ${call.status}; only a call in progress can get another document`,
      );
    }
    if (change.statusCallback) life.statusCallback = change.statusCallback;
    if (change.fallback) life.fallback = change.fallback;
    if (change.limitSeconds !== undefined) life.setLimit(change.limitSeconds);
    if (change.status === 'completed') life.end('completed-by-rest', 'canceled');
    // `canceled` leaves a call in progress alone.
    else if (change.status === 'canceled' && call.status !== 'in-progress')
      life.end('canceled-by-rest', 'canceled');
    else if (change.source) life.replace(change.source);
  }

  /** Records a call that is in progress. @throws RestError for any other */
  record(sid: string, request: RecordingRequest): CallRecording {
    const found = this.kept.get(sid);
    if (!found) throw new RestError(20404, `there is no call ${sid}`);
    const { call, life } = found;
    if (call.status !== 'in-progress') {
      throw new RestError(21220, `the call is ${call.status}; only a call in progress can be recorded`);
    }
    return life.recordings.start(request, 'StartCallRecordingAPI');
  }

  /** The far end puts the phone down. */
  hangUp(sid: string): void {
    this.kept.get(sid)?.life.hangUp();
  }

  /** Forgets an ended call. @throws RestError */
  remove(sid: string): void {
    const call = this.find(sid);
    if (!call) throw new RestError(20404, `there is no call ${sid}`);
    if (!call.isEnded) throw new RestError(20409, `the call is ${call.status}`);
    this.kept.delete(sid);
  }

  endAll(): void {
    for (const { call, life } of this.kept.values()) {
      life.end('simulator-stopped');
      call.abandon('the simulator was stopped');
    }
  }

  /** @returns how long the call waits in the queue */
  private takeTurn(): number {
    const now = performance.now();
    const dialMs = Math.max(now, this.nextDialMs);
    this.nextDialMs = dialMs + 1000 / this.options.callsPerSecond;
    return Math.round(dialMs - now);
  }

  private async loadClips(script: CallerScript, into: Map<string, Buffer>): Promise<void> {
    const names = new Set(
      script.steps.flatMap((step) => (step.step === 'says' && 'clip' in step ? [step.clip] : [])),
    );
    for (const name of names) into.set(name, await this.options.clips(name));
  }
}
