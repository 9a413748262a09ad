/**
 * One call as a test or a person looks at it: what it is, what happened on it, and waiting for what has not happened yet. The
 * life of the call writes into it; it starts and sends nothing itself.
 */
import type { Observation, Observer } from '../observation.js';
import { CallFacts, WaitFailed } from './call-facts.js';
import {
  isFinal,
  type CallStatus,
  type CallWarning,
  type ClearedAudio,
  type DialRecord,
  type Direction,
  type EndCause,
  type MarkRecord,
  type ReceivedAudio,
  type SentFrame,
  type StreamRecord,
  type WebhookRecord,
} from './call-record.js';
import type { CallRecording } from './call-recording.js';
import type { CallRequest } from './call-request.js';
import type { CallerScript } from './caller-script.js';
import { keysIn } from './keypad-ear.js';
import { renderRecording, type LineRecording } from './line-recording.js';
import { SimulatedCaller } from './simulated-caller.js';

const DEFAULT_LIMIT_MS = 10_000;

export interface CallIdentity {
  readonly sid: string;
  readonly accountSid: string;
  readonly direction: Direction;
  readonly request: CallRequest;
  readonly script: CallerScript;
  /** Tells this caller's noise from another's. */
  readonly seed: number;
  readonly clips: ReadonlyMap<string, Buffer>;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly observe: Observer | undefined;
}

export class SimulatedCall {
  readonly sid: string;
  readonly accountSid: string;
  readonly direction: Direction;
  readonly from: string;
  readonly to: string;
  readonly request: CallRequest;
  readonly script: CallerScript;
  readonly caller: SimulatedCaller;

  /** Webhooks sent to the service, in the order of sending, answers included. */
  readonly requests: WebhookRecord[] = [];
  /** What a voice read out to the far end. */
  readonly says: string[] = [];
  /** Addresses and digits that `<Play>` played. */
  readonly plays: string[] = [];
  readonly dials: DialRecord[] = [];
  /** Entries of Twilio's error log. */
  readonly warnings: CallWarning[] = [];
  readonly streams: StreamRecord[] = [];
  /** Recordings by Twilio, in the order of their start. */
  readonly recordings: CallRecording[] = [];
  readonly observations: Observation[] = [];
  /** Every status that the call has had, in order. */
  readonly statuses: CallStatus[] = ['queued'];

  readonly createdAtEpochMs: number;
  updatedAtEpochMs: number;
  startedAtEpochMs: number | undefined;
  answeredAtEpochMs: number | undefined;
  endedAtEpochMs: number | undefined;
  answeredBy: string | undefined;
  /** How often the REST API was asked for this one call after its end; lists do not count. */
  fetchesAfterEnd = 0;
  endedBecause: EndCause | undefined;
  /** True once the call has ended and no webhook of it is under way or still to come. */
  isSettled = false;

  private readonly facts = new CallFacts(() => this.situation);

  constructor(private readonly identity: CallIdentity) {
    this.sid = identity.sid;
    this.accountSid = identity.accountSid;
    this.direction = identity.direction;
    this.request = identity.request;
    this.from = identity.request.from;
    this.to = identity.request.to;
    this.script = identity.script;
    this.caller = new SimulatedCaller(identity.script.steps, identity.clips, identity.seed);
    this.createdAtEpochMs = identity.now();
    this.updatedAtEpochMs = this.createdAtEpochMs;
  }

  get status(): CallStatus {
    return this.statuses.at(-1) ?? 'queued';
  }

  get isEnded(): boolean {
    return isFinal(this.status);
  }

  /** Address of the latest media stream, as it was requested. */
  get streamUrl(): string | undefined {
    return this.streams.at(-1)?.url;
  }

  /** Parameters of the latest media stream. */
  get customParameters(): Readonly<Record<string, string>> {
    return this.streams.at(-1)?.customParameters ?? {};
  }

  /** Every frame of the caller that went out, over all streams. */
  get sentFrames(): readonly SentFrame[] {
    return this.ofStreams((stream) => stream.sentFrames);
  }

  /** Every piece of audio that came from the service, in order, over all streams. */
  get received(): readonly ReceivedAudio[] {
    return this.ofStreams((stream) => stream.received);
  }

  get cleared(): readonly ClearedAudio[] {
    return this.ofStreams((stream) => stream.cleared);
  }

  get marks(): readonly MarkRecord[] {
    return this.ofStreams((stream) => stream.marks);
  }

  /** Most calls have one stream, whose list is then not copied; predicates look at it with every frame. */
  private ofStreams<T>(listOf: (stream: StreamRecord) => readonly T[]): readonly T[] {
    const [only] = this.streams;
    return only !== undefined && this.streams.length === 1 ? listOf(only) : this.streams.flatMap(listOf);
  }

  /** What was on the line so far, caller and agent on one time axis. */
  recording(): LineRecording {
    return renderRecording(this.streams);
  }

  /** The keypad tones that the far end heard so far, by their sound. */
  get heardKeys(): string {
    return keysIn(this.recording().agent);
  }

  /**
   * Waits until the call has had that status, or until something is true of it. A status that it can no longer reach fails at once.
   * @param limitMs milliseconds of real time, 10 s when not given
   * @throws WaitFailed that names what was waited for and how the call stands
   */
  until(fact: CallStatus | ((call: SimulatedCall) => boolean), limitMs = DEFAULT_LIMIT_MS): Promise<this> {
    if (typeof fact === 'function') {
      const find = (): this | undefined => (fact(this) ? this : undefined);
      return this.facts.wait({ what: fact.name || fact.toString(), find }, limitMs);
    }
    return this.facts.wait(
      {
        what: `the status ${fact}`,
        find: () => (this.statuses.includes(fact) ? this : undefined),
        hopeless: () => (this.isEnded ? 'the call ended' : undefined),
      },
      limitMs,
    );
  }

  /**
   * Waits until that was observed; an observation of the past counts.
   * @param what for instance `start`, `clear`, `agent-audio-ends`
   * @param matches which of those observations; any, when not given
   * @throws WaitFailed
   */
  observed(
    what: string,
    limitMs = DEFAULT_LIMIT_MS,
    matches: (observation: Observation) => boolean = () => true,
  ): Promise<Observation> {
    const find = (): Observation | undefined =>
      this.observations.find((one) => one.what === what && matches(one));
    return this.facts.wait({ what, find }, limitMs);
  }

  /** Waits until the call has ended and its last webhook has been answered or given up. @throws WaitFailed */
  settled(limitMs = DEFAULT_LIMIT_MS): Promise<this> {
    return this.facts.wait(
      { what: 'the end of the call and its webhooks', find: () => (this.isSettled ? this : undefined) },
      limitMs,
    );
  }

  /** @throws WaitFailed when the caller has not got to the end of the script */
  assertFinished(): void {
    const step = this.caller.waitsIn;
    if (step !== undefined) throw new WaitFailed(`the caller still waits in ${step}; ${this.situation}`);
  }

  /** How things stand, in a line for people. */
  get situation(): string {
    const last = this.observations.slice(-6).map((one) => one.what);
    const ended = this.endedBecause === undefined ? '' : ` (${this.endedBecause})`;
    const step = this.caller.waitsIn;
    return [
      `the call ${this.sid} is ${this.status}${ended}`,
      `last seen: ${last.join(', ') || 'nothing'}`,
      `webhooks: ${this.requests.map((one) => `${one.kind} ${one.status ?? one.failure ?? 'unanswered'}`).join(', ') || 'none'}`,
      step === undefined ? 'the caller has done everything' : `the caller is in ${step}`,
    ].join('; ');
  }

  /** Tells the observer and whoever waits. For the simulator's own parts. */
  note(what: string, detail: Readonly<Record<string, unknown>> = {}, atMs = performance.now()): void {
    const observation: Observation = { atMs, by: 'twilio', call: this.sid, what, detail };
    this.observations.push(observation);
    this.identity.observe?.(observation);
    this.facts.changed();
  }

  /** Adds an entry to the error log. For the simulator's own parts. */
  warn(code: number, detail: string): void {
    this.warnings.push({ code, detail });
    this.note('warning', { code, detail });
  }

  /** Moves on; for the simulator's own parts. */
  enter(status: CallStatus): void {
    if (this.isEnded || this.status === status) return;
    this.updatedAtEpochMs = this.identity.now();
    if (status === 'initiated') this.startedAtEpochMs = this.updatedAtEpochMs;
    if (status === 'in-progress') this.answeredAtEpochMs = this.updatedAtEpochMs;
    if (isFinal(status)) this.endedAtEpochMs = this.updatedAtEpochMs;
    this.statuses.push(status);
  }

  /** Something without an observation of its own changed: a frame went by, an answer came. For the simulator's own parts. */
  changed(): void {
    if (!this.facts.isIdle) this.facts.changed();
  }

  /** Fails whoever still waits. For the simulator's own parts. */
  abandon(why: string): void {
    this.facts.abandon(why);
  }
}
