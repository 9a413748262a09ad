/**
 * Runs the verbs of one document on a line, in order, and says what comes after. What the verbs do to the line is handed in; the interpreter
 * knows no socket, no request and no call status.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { EndCause } from './call-record.js';
import type { HttpMethod, Target } from './request-target.js';
import type { SimulatedCall } from './simulated-call.js';
import { TwimlError } from './twiml-document.js';
import type { LoadedTwiml, TwimlSource } from './twiml-source.js';
import { elementsOf, textOf, type XmlElement } from './xml-reader.js';

export interface DialAnswer {
  readonly status: string;
  readonly callSid: string;
  readonly seconds: number;
  /** Whether the caller and the other side were joined. */
  readonly isBridged: boolean;
}

/** What verbs can do. */
export interface VoiceLine {
  readonly call: SimulatedCall;
  /** Milliseconds that a voice needs for a character of `<Say>`. */
  readonly sayMsPerCharacter: number;
  /** Picks up an incoming call that still rings; without effect on any other. */
  answer(): void;
  /** Runs a `<Stream>`; resolves when it is over or did not come about. */
  connect(stream: XmlElement, resolve: Resolver, signal: AbortSignal): Promise<void>;
  dial(verb: XmlElement, resolve: Resolver, signal: AbortSignal): Promise<DialAnswer>;
}

/** An address in the document, absolute. */
export type Resolver = (address: string) => string;

export type AfterDocument =
  { readonly load: TwimlSource } | { readonly end: EndCause; readonly isBusy?: boolean };

type AfterVerb = AfterDocument | undefined;

function methodOf(value: string | undefined): HttpMethod {
  const method = value?.toUpperCase() ?? 'POST';
  if (method === 'GET' || method === 'POST') return method;
  throw new TwimlError(12200, `method ${value} is neither GET nor POST`);
}

/** The address and method that two attributes of an element give; undefined without the address. */
export function targetOf(
  element: XmlElement,
  resolve: Resolver,
  urlName = 'action',
  methodName = 'method',
): Target | undefined {
  const address = element.attributes[urlName];
  if (!address) return undefined;
  return { url: resolve(address), method: methodOf(element.attributes[methodName]) };
}

export class TwimlInterpreter {
  private readonly resolve: Resolver;

  constructor(
    private readonly line: VoiceLine,
    private readonly document: LoadedTwiml,
    private readonly signal: AbortSignal,
  ) {
    this.resolve = (address) => {
      if (URL.canParse(address)) return address;
      if (document.url !== undefined && URL.canParse(address, document.url)) {
        return new URL(address, document.url).href;
      }
      throw new TwimlError(11100, `${address} is not an address`);
    };
  }

  /** @throws TwimlError when a verb cannot be run; an AbortError when the signal ends the document */
  async run(): Promise<AfterDocument> {
    for (const [index, verb] of this.document.verbs.entries()) {
      this.signal.throwIfAborted();
      const after = await this.runVerb(verb, index === 0);
      if (after) return after;
    }
    this.signal.throwIfAborted();
    return { end: 'document-ended' };
  }

  private async runVerb(verb: XmlElement, isFirst: boolean): Promise<AfterVerb> {
    if (verb.name === 'Reject') return this.reject(verb);
    // A leading pause lets an incoming call ring on.
    if (verb.name === 'Pause' && isFirst) return this.pause(verb);
    this.line.answer();
    switch (verb.name) {
      case 'Connect': {
        return this.connect(verb);
      }
      case 'Say': {
        return this.say(textOf(verb));
      }
      case 'Play': {
        return this.play(verb.attributes['digits'] ?? this.resolve(textOf(verb)));
      }
      case 'Pause': {
        return this.pause(verb);
      }
      case 'Redirect': {
        const target = { url: this.resolve(textOf(verb)), method: methodOf(verb.attributes['method']) };
        return { load: { target, kind: 'redirect' } };
      }
      case 'Dial': {
        return this.dial(verb);
      }
      case 'Gather': {
        throw new TwimlError(12200, '<Gather> is simulated only in what the other side of a <Dial> hears');
      }
      default: {
        return { end: 'hangup-verb' };
      }
    }
  }

  private async say(text: string): Promise<undefined> {
    this.line.call.says.push(text);
    this.line.call.note('says', { text });
    const ms = text.length * this.line.sayMsPerCharacter;
    if (ms > 0) await delay(ms, undefined, { signal: this.signal });
  }

  /** Recorded only; how long it sounds is not simulated. */
  private play(what: string): undefined {
    this.line.call.plays.push(what);
    this.line.call.note('plays', { what });
  }

  private async pause(verb: XmlElement): Promise<undefined> {
    const seconds = Number(verb.attributes['length'] ?? 1);
    if (!(seconds >= 0))
      throw new TwimlError(12200, `length ${verb.attributes['length']} is not a number of seconds`);
    await delay(seconds * 1000, undefined, { signal: this.signal });
  }

  private reject(verb: XmlElement): AfterDocument {
    const reason = verb.attributes['reason'] ?? 'rejected';
    this.line.call.note('reject', { reason });
    return { end: 'reject-verb', isBusy: reason === 'busy' };
  }

  private async connect(verb: XmlElement): Promise<AfterVerb> {
    const [stream] = elementsOf(verb);
    if (!stream) throw new TwimlError(12200, '<Connect> has no <Stream>');
    const target = targetOf(verb, this.resolve);
    await this.line.connect(stream, this.resolve, this.signal);
    this.signal.throwIfAborted();
    return target && { load: { target, kind: 'action' } };
  }

  private async dial(verb: XmlElement): Promise<AfterVerb> {
    const target = targetOf(verb, this.resolve);
    const answer = await this.line.dial(verb, this.resolve, this.signal);
    this.signal.throwIfAborted();
    if (!target) return undefined;
    const extra: Record<string, string> = {
      DialCallStatus: answer.status,
      DialCallSid: answer.callSid,
      DialBridged: String(answer.isBridged),
    };
    if (answer.status === 'completed') extra['DialCallDuration'] = String(answer.seconds);
    return { load: { target, kind: 'action', extra } };
  }
}
