/**
 * The life of one call: rings the far end, runs documents, ends with one cause. It decides the order of things; sockets, requests and
 * verbs are in their own files.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { CallStatus, EndCause } from './call-record.js';
import type { Target } from './request-target.js';
import type { CallRecording } from './call-recording.js';
import { CallRecordings } from './call-recordings.js';
import { CallWebhooks } from './call-webhooks.js';
import { DialledLegs } from './dialled-legs.js';
import { detectMachine } from './machine-detection.js';
import type { Pacer } from './pacer.js';
import { talkedSeconds } from './prices.js';
import type { SimulatedCall } from './simulated-call.js';
import { StatusCallbacks } from './status-callbacks.js';
import { runStreamVerb } from './stream-verb.js';
import { TwimlError } from './twiml-document.js';
import { TwimlInterpreter, type DialAnswer, type Resolver, type VoiceLine } from './twiml-interpreter.js';
import { loadTwiml, type LoadedTwiml, type TwimlSource } from './twiml-source.js';
import { WebhookFailed, type WebhookSender } from './webhook-sender.js';
import type { XmlElement } from './xml-reader.js';

/** What all calls of a simulator share. */
export interface Carrier {
  readonly sender: WebhookSender;
  readonly pacer: Pacer;
  readonly authToken: string;
  readonly connectTo: Readonly<Record<string, string>>;
  readonly sayMsPerCharacter: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Base address of the REST API. */
  readonly apiUrl: () => string;
  /** How long Twilio processes a recording, in ms. */
  readonly recordingAfterMs: number;
  /** Every recording of the account, the oldest first. */
  readonly recordings: CallRecording[];
  readonly stopSignal: AbortSignal;
}

export class CallLife implements VoiceLine {
  readonly sayMsPerCharacter: number;
  /** Replaced by an update. */
  statusCallback: Target | undefined;
  fallback: Target | undefined;
  readonly recordings: CallRecordings;

  private readonly webhooks: CallWebhooks;
  private readonly callbacks: StatusCallbacks;
  private readonly over = new AbortController();
  private run: AbortController | undefined;
  private patience: NodeJS.Timeout | undefined;
  private limit: NodeJS.Timeout | undefined;

  constructor(
    readonly call: SimulatedCall,
    private readonly carrier: Carrier,
  ) {
    this.sayMsPerCharacter = carrier.sayMsPerCharacter;
    this.statusCallback = call.request.statusCallback;
    this.fallback = call.request.fallback;
    this.webhooks = new CallWebhooks(call, carrier.sender, carrier.stopSignal);
    this.callbacks = new StatusCallbacks({
      leg: call,
      kind: 'status',
      target: () => this.statusCallback,
      events: call.request.statusEvents,
      faults: call.script.webhooks ?? {},
      now: carrier.now,
      send: this.webhooks.tell,
      signal: carrier.stopSignal,
    });
    this.recordings = new CallRecordings({
      call,
      afterMs: carrier.recordingAfterMs,
      apiUrl: carrier.apiUrl,
      now: carrier.now,
      send: this.webhooks.tell,
      track: this.webhooks.track,
      shelf: carrier.recordings,
      signal: carrier.stopSignal,
    });
  }

  /** Begins. @param ready what has to be there before, such as the clips @param waitMs time in Twilio's queue */
  begin(ready: Promise<void>, waitMs: number): void {
    this.guard(async () => {
      await ready;
      if (waitMs > 0) await delay(waitMs, undefined, { signal: this.over.signal });
      if (this.call.direction === 'inbound') await this.ringService();
      else await this.ringFarEnd();
    });
  }

  /** Another document takes the place of the running one; its stream ends. */
  replace(source: TwimlSource): void {
    this.guard(() => this.runDocuments(source));
  }

  setLimit(seconds: number | undefined): void {
    clearTimeout(this.limit);
    if (seconds !== undefined && !this.call.isEnded) {
      this.limit = setTimeout(() => this.end('time-limit'), seconds * 1000);
    }
  }

  hangUp = (): void => {
    this.call.note('hang-up', { by: 'caller' });
    this.end('caller-hung-up');
  };

  /** The first cause counts; later ones are nothing. @param status of a call that was not answered */
  end(cause: EndCause, status: CallStatus = 'no-answer'): void {
    const { call } = this;
    if (call.isEnded) return;
    call.endedBecause = cause;
    clearTimeout(this.patience);
    clearTimeout(this.limit);
    this.run?.abort();
    this.over.abort();
    call.enter(call.status === 'in-progress' ? 'completed' : status);
    call.note('completed', { status: call.status, cause });
    const recording = this.recordings.finish();
    this.callbacks.fire('completed', call.status, { talkedSeconds: talkedSeconds(call), recording });
    void this.settle();
  }

  answer(): void {
    const { call } = this;
    if (call.answeredAtEpochMs !== undefined || call.isEnded) return;
    call.enter('in-progress');
    call.note('answered');
    this.callbacks.fire('answered', 'in-progress');
    // From the answer on; whether ringing is recorded as well is not documented for calls of the API.
    if (call.request.recording) this.recordings.start(call.request.recording, 'OutboundAPI');
    this.setLimit(call.request.limitSeconds);
    this.losePatience();
  }

  async connect(stream: XmlElement, resolve: Resolver, signal: AbortSignal): Promise<void> {
    const { call, webhooks } = this;
    const { pacer, authToken, connectTo, now } = this.carrier;
    const onStart = (): void => clearTimeout(this.patience);
    const parts = { call, webhooks, pacer, authToken, connectTo, now, onHangUp: this.hangUp, onStart };
    try {
      await runStreamVerb(stream, resolve, parts, signal);
    } finally {
      this.losePatience();
    }
  }

  dial(verb: XmlElement, resolve: Resolver, signal: AbortSignal): Promise<DialAnswer> {
    const { call, webhooks, carrier } = this;
    return new DialledLegs({
      call,
      verb,
      resolve,
      now: carrier.now,
      send: webhooks.tell,
      ask: (hook, during) => webhooks.ask(hook, during),
      track: webhooks.track,
      stopSignal: carrier.stopSignal,
    }).run(signal);
  }

  private async settle(): Promise<void> {
    await this.callbacks.delivered();
    await this.webhooks.quiet();
    this.call.isSettled = true;
    this.call.note('settled');
  }

  /** Runs a part of the life whose failures end the call instead of the program. */
  private guard(part: () => Promise<void>): void {
    part().catch((error: unknown) => {
      // What fails after the end, or because of it, was cut off on purpose.
      if (this.call.isEnded) return;
      this.call.warn(0, error instanceof Error ? (error.stack ?? error.message) : String(error));
      this.end('simulator-error', 'failed');
    });
  }

  private losePatience(): void {
    clearTimeout(this.patience);
    const { patienceMs } = this.call.script;
    if (patienceMs !== undefined && !this.call.isEnded) this.patience = setTimeout(this.hangUp, patienceMs);
  }

  /** An incoming call: the service is asked while it rings, and its document answers. */
  private async ringService(): Promise<void> {
    this.call.enter('initiated');
    this.call.enter('ringing');
    this.call.note('ringing');
    await this.runDocuments(this.firstSource());
  }

  private async ringFarEnd(): Promise<void> {
    const { call, callbacks } = this;
    const { script, request } = call;
    const { signal } = this.over;
    call.enter('initiated');
    call.note('initiated');
    callbacks.fire('initiated', 'initiated');
    if (script.answer.kind === 'failed') {
      this.end('failed', 'failed');
      return;
    }
    call.enter('ringing');
    call.note('ringing');
    callbacks.fire('ringing', 'ringing');
    if (script.answer.kind !== 'answers') {
      const isBusy = script.answer.kind === 'busy';
      this.end(isBusy ? 'busy' : 'not-answered', script.answer.kind);
      return;
    }
    const ringMs = request.ringSeconds * 1000;
    await delay(Math.min(script.answer.afterMs, ringMs), undefined, { signal });
    if (script.answer.afterMs > ringMs) {
      this.end('ring-timeout', 'no-answer');
      return;
    }
    this.answer();
    const verdict = await detectMachine(call, this.webhooks, (work) => this.guard(work), signal);
    await this.runDocuments(this.firstSource(verdict));
  }

  /** @param extra what the first request tells beyond the usual */
  private firstSource(extra: Readonly<Record<string, string>> = {}): TwimlSource {
    const { voice, twiml } = this.call.request;
    return voice ? { target: voice, kind: 'voice', extra } : { twiml: twiml ?? '' };
  }

  private async runDocuments(first: TwimlSource): Promise<void> {
    this.run?.abort();
    if (this.call.isEnded) return;
    const run = new AbortController();
    this.run = run;
    let source: TwimlSource | undefined = first;
    try {
      while (source) source = await this.runDocument(source, run.signal);
    } catch (error) {
      if (run.signal.aborted) return;
      if (!(error instanceof TwimlError || error instanceof WebhookFailed)) throw error;
      this.call.warn(error.code, error.message);
      this.call.note('application-error', { code: error.code });
      // Twilio picks up to tell the caller that something went wrong; a call in the queue of a person is over as well.
      this.answer();
      this.end('document-error');
    }
  }

  /** @returns the document that comes next */
  private async runDocument(source: TwimlSource, signal: AbortSignal): Promise<TwimlSource | undefined> {
    const { call } = this;
    try {
      const loaded = await this.load(source, signal);
      signal.throwIfAborted();
      call.note('twiml', { url: loaded.url, text: loaded.text });
      for (const warning of loaded.warnings) call.warn(12200, warning);
      const after = await new TwimlInterpreter(this, loaded, signal).run();
      if ('load' in after) return after.load;
      this.end(after.end, after.isBusy ? 'busy' : 'no-answer');
      return undefined;
    } catch (error) {
      const fallback = this.fallbackFor(error, source, signal);
      if (!fallback) throw error;
      return fallback;
    }
  }

  private load(source: TwimlSource, signal: AbortSignal): Promise<LoadedTwiml> {
    return loadTwiml(source, ({ kind, target, extra = {} }) =>
      this.webhooks.askForDocument(kind, target, extra, signal),
    );
  }

  private fallbackFor(error: unknown, source: TwimlSource, signal: AbortSignal): TwimlSource | undefined {
    if (signal.aborted || !this.fallback || ('kind' in source && source.kind === 'fallback'))
      return undefined;
    if (!(error instanceof TwimlError || error instanceof WebhookFailed)) return undefined;
    this.call.warn(error.code, error.message);
    const failedUrl = 'target' in source ? source.target.url : '';
    const extra = { ErrorCode: String(error.code), ErrorUrl: failedUrl };
    return { target: this.fallback, kind: 'fallback', extra };
  }
}
