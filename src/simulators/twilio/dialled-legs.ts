/**
 * The legs that a `<Dial>` rings: their callbacks, the whisper to whoever picks up, and the outcome that the script wants. The
 * first number is the one that counts; the others ring along and stop when it has an outcome. No audio is bridged.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { CallStatus, WebhookRecord } from './call-record.js';
import type { StatusEvent } from './caller-script.js';
import type { SimulatedCall } from './simulated-call.js';
import { newSid } from './sid.js';
import { StatusCallbacks } from './status-callbacks.js';
import { TwimlError } from './twiml-document.js';
import { targetOf, type DialAnswer, type Resolver } from './twiml-interpreter.js';
import { loadTwiml } from './twiml-source.js';
import type { Leg } from './webhook-params.js';
import { voiceParams } from './webhook-params.js';
import { WebhookFailed, type Webhook, type WebhookAnswer } from './webhook-sender.js';
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
    const { outcome, afterMs = 0, talkMs = DEFAULT_TALK_MS } = call.script.dial ?? { outcome: 'completed' };
    const isTooLate = afterMs > timeoutSeconds * 1000;
    let status: CallStatus = 'canceled';
    let answeredAtMs: number | undefined;
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
        await this.talk(talkMs, signal);
      }
    } finally {
      const seconds = answeredAtMs === undefined ? 0 : Math.round((performance.now() - answeredAtMs) / 1000);
      this.finish(status, seconds, timeoutSeconds);
    }
    const seconds = Math.round((performance.now() - (answeredAtMs ?? performance.now())) / 1000);
    return { status, callSid: this.legs[0]?.leg.sid ?? '', seconds };
  }

  private async talk(talkMs: number, signal: AbortSignal): Promise<void> {
    const [first] = this.legs;
    if (!first) return;
    first.callbacks.fire('answered', 'in-progress');
    this.options.call.note('dial-answered', { to: first.leg.to });
    await this.whisper(first, signal);
    await delay(talkMs, undefined, { signal });
  }

  /** What only the callee hears before the two are joined. */
  private async whisper({ leg, element }: DialledLeg, signal: AbortSignal): Promise<void> {
    const { call, resolve, ask } = this.options;
    const target = targetOf(element, resolve, 'url');
    if (!target) return;
    const params = voiceParams(leg, 'in-progress');
    try {
      const loaded = await loadTwiml({ target, kind: 'whisper' }, () =>
        ask({ kind: 'whisper', ...target, params }, signal),
      );
      if (loaded.verbs.some((verb) => verb.name === 'Dial')) call.warn(13201, '<Dial> in a whisper document');
      this.whispers.push(...loaded.verbs.filter((verb) => verb.name === 'Say').map((verb) => textOf(verb)));
      call.note('whisper', { says: this.whispers });
    } catch (error) {
      if (!(error instanceof TwimlError || error instanceof WebhookFailed)) throw error;
      call.warn(error.code, error.message);
    }
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
      });
    }
    call.note('dial-ended', { status });
  }
}
