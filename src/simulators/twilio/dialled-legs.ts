/**
 * The legs that a `<Dial>` rings: their callbacks, the whisper to whoever picks up, and the outcome that the script wants. The
 * first number is the one that counts; the others ring along and stop when it has an outcome. No audio is bridged.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { CallStatus, WebhookRecord } from './call-record.js';
import type { DialResult, StatusEvent } from './caller-script.js';
import type { Target } from './request-target.js';
import type { SimulatedCall } from './simulated-call.js';
import { newSid } from './sid.js';
import { StatusCallbacks } from './status-callbacks.js';
import { TwimlError } from './twiml-document.js';
import { targetOf, type DialAnswer, type Resolver } from './twiml-interpreter.js';
import type { Leg } from './webhook-params.js';
import { voiceParams } from './webhook-params.js';
import type { Webhook, WebhookAnswer } from './webhook-sender.js';
import { runWhisper } from './whisper.js';
import { elementsOf, textOf, type XmlElement } from './xml-reader.js';

const EVENTS: readonly StatusEvent[] = ['initiated', 'ringing', 'answered', 'completed'];
const DEFAULT_TALK_MS = 50;

export interface DialOptions {
  readonly call: SimulatedCall;
  readonly verb: XmlElement;
  readonly resolve: Resolver;
  readonly now: () => number;
  /** Sends one webhook of the call; never rejects. */
  readonly send: (hook: Webhook, keep: (record: WebhookRecord) => void) => Promise<void>;
  /** Sends one webhook of the call and hands over the answer. */
  readonly ask: (hook: Webhook, signal: AbortSignal) => Promise<WebhookAnswer>;
  /** Waits for callbacks at the end of the call. */
  readonly track: (work: Promise<void>) => void;
  readonly stopSignal: AbortSignal;
}

interface DialledLeg {
  readonly leg: Leg;
  readonly element: XmlElement;
  readonly callbacks: StatusCallbacks;
}

function eventsOf(element: XmlElement): ReadonlySet<StatusEvent> {
  const asked = (element.attributes['statusCallbackEvent'] ?? 'completed').split(/\s+/);
  return new Set(EVENTS.filter((event) => asked.includes(event)));
}

/** The numbers of a `<Dial>`: its nouns, or its own text. */
function numbersOf(verb: XmlElement): readonly XmlElement[] {
  const nouns = elementsOf(verb);
  const numbers = nouns.length > 0 ? nouns : [{ name: 'Number', attributes: {}, children: [textOf(verb)] }];
  for (const one of numbers) {
    if (!/^\+?\d{3,15}$/.test(textOf(one)))
      throw new TwimlError(13223, `<Dial> of ${textOf(one) || 'nobody'}`);
  }
  return numbers;
}

/** The next of the script's outcomes; the last one is that of every later dial. */
function resultOf({ script, dials }: SimulatedCall): DialResult {
  const { dial } = script;
  if (dial === undefined) return { outcome: 'completed' };
  if (!isList(dial)) return dial;
  return dial[Math.min(dials.length, dial.length - 1)] ?? { outcome: 'completed' };
}

function isList(dial: DialResult | readonly DialResult[]): dial is readonly DialResult[] {
  return Array.isArray(dial);
}

export class DialledLegs {
  private readonly legs: readonly DialledLeg[];
  private readonly callerId: string;
  private readonly whispers: string[] = [];

  constructor(private readonly options: DialOptions) {
    const { call, verb, resolve } = options;
    // Without callerId the callee sees the original caller.
    this.callerId = verb.attributes['callerId'] ?? call.from;
    this.legs = numbersOf(verb).map((element) => {
      const leg: Leg = {
        sid: newSid('CA'),
        accountSid: call.accountSid,
        from: this.callerId,
        to: textOf(element),
        direction: 'outbound-dial',
        parentCallSid: call.sid,
      };
      const target = targetOf(element, resolve, 'statusCallback', 'statusCallbackMethod');
      const callbacks = new StatusCallbacks({
        leg,
        kind: 'dial-leg',
        target: () => target,
        events: eventsOf(element),
        faults: {},
        now: options.now,
        send: options.send,
        signal: options.stopSignal,
      });
      return { leg, element, callbacks };
    });
  }

  /** Rings, talks, and says how it went. @param signal the document is replaced or the caller is gone */
  async run(signal: AbortSignal): Promise<DialAnswer> {
    const { call, verb } = this.options;
    const timeoutSeconds = Number(verb.attributes['timeout'] ?? 30);
    const result = resultOf(call);
    const { outcome, afterMs = 0 } = result;
    const isTooLate = afterMs > timeoutSeconds * 1000;
    let status: CallStatus = 'canceled';
    let answeredAtMs: number | undefined;
    let isBridged = false;
    call.note('dial', { to: this.legs.map(({ leg }) => leg.to), callerId: this.callerId });
    for (const { callbacks } of this.legs) {
      callbacks.fire('initiated', 'initiated');
      callbacks.fire('ringing', 'ringing');
    }
    try {
      await delay(Math.min(afterMs, timeoutSeconds * 1000), undefined, { signal });
      status = isTooLate ? 'no-answer' : outcome;
      if (status === 'completed') {
        answeredAtMs = performance.now();
        isBridged = await this.talk(result, signal);
      }
    } finally {
      const seconds = answeredAtMs === undefined ? 0 : Math.round((performance.now() - answeredAtMs) / 1000);
      this.finish(status, seconds, timeoutSeconds);
    }
    const seconds = Math.round((performance.now() - (answeredAtMs ?? performance.now())) / 1000);
    return { status, callSid: this.legs[0]?.leg.sid ?? '', seconds, isBridged };
  }

  /** Whether both were joined. */
  private async talk(
    { talkMs = DEFAULT_TALK_MS, presses }: DialResult,
    signal: AbortSignal,
  ): Promise<boolean> {
    const [first] = this.legs;
    if (!first) return false;
    first.callbacks.fire('answered', 'in-progress');
    this.options.call.note('dial-answered', { to: first.leg.to });
    if (!(await this.whisper(first, presses, signal))) return false;
    this.options.call.note('bridged', { to: first.leg.to });
    await delay(talkMs, undefined, { signal });
    return true;
  }

  /** What only the callee hears before the two are joined. */
  private async whisper(
    { leg, element }: DialledLeg,
    presses: string | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { call, resolve, ask } = this.options;
    const target = targetOf(element, resolve, 'url');
    if (!target) return true;
    const params = voiceParams(leg, 'in-progress');
    const askFor = (at: Target, extra: Readonly<Record<string, string>>): Promise<WebhookAnswer> =>
      ask({ kind: 'whisper', ...at, params: { ...params, ...extra } }, signal);
    return runWhisper(target, { call, resolve, presses, heard: this.whispers, ask: askFor });
  }

  private finish(status: CallStatus, seconds: number, timeoutSeconds: number): void {
    const { call } = this.options;
    for (const [index, { leg, callbacks }] of this.legs.entries()) {
      const own = index > 0 && status === 'completed' ? 'canceled' : status;
      callbacks.fire('completed', own, { talkedSeconds: own === 'completed' ? seconds : undefined });
      this.options.track(callbacks.delivered());
      call.dials.push({
        to: leg.to,
        callSid: leg.sid,
        callerId: this.callerId,
        timeoutSeconds,
        whispers: index === 0 ? this.whispers : [],
        status: own,
        seconds: own === 'completed' ? seconds : 0,
        endedAtEpochMs: this.options.now(),
      });
    }
    call.note('dial-ended', { status });
  }
}
