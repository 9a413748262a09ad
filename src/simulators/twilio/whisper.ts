/**
 * What only the person hears who picked up a dial, before both are joined: runs that document with its `<Say>` and `<Gather>`, and says
 * whether the two are joined. Verbs of a whisper: reference of Twilio's `<Number>`; that a hang-up there counts as `completed` and not
 * bridged is unverified.
 */
import type { SimulatedCall } from './simulated-call.js';
import type { Target } from './request-target.js';
import { TwimlError } from './twiml-document.js';
import { targetOf, type Resolver } from './twiml-interpreter.js';
import { loadTwiml, type LoadedTwiml } from './twiml-source.js';
import { WebhookFailed, type WebhookAnswer } from './webhook-sender.js';
import { elementsOf, textOf, type XmlElement } from './xml-reader.js';

export interface WhisperOptions {
  readonly call: SimulatedCall;
  readonly resolve: Resolver;
  /** Keys that the person presses when asked; undefined: hangs up when asked. */
  readonly presses: string | undefined;
  /** What was said, in order. */
  readonly heard: string[];
  ask(target: Target, extra: Readonly<Record<string, string>>): Promise<WebhookAnswer>;
}

/** A document may lead to another, and this often at most. */
const MOST_DOCUMENTS = 10;

/** Whether both are joined afterwards. A document that cannot be had or run is an entry of the log, and both are joined. */
export async function runWhisper(first: Target, options: WhisperOptions): Promise<boolean> {
  const { call, heard } = options;
  let target = first;
  let extra: Readonly<Record<string, string>> = {};
  try {
    for (let count = 0; count < MOST_DOCUMENTS; count += 1) {
      const loaded = await loadTwiml({ target, kind: 'whisper' }, () => options.ask(target, extra));
      const after = runVerbs(loaded, options);
      call.note('whisper', { says: heard });
      if (typeof after === 'boolean') return after;
      ({ target, extra } = after);
    }
    return true;
  } catch (error) {
    if (!(error instanceof TwimlError || error instanceof WebhookFailed)) throw error;
    call.warn(error.code, error.message);
    return true;
  }
}

interface Next {
  readonly target: Target;
  readonly extra: Readonly<Record<string, string>>;
}

function runVerbs({ verbs }: LoadedTwiml, options: WhisperOptions): boolean | Next {
  const { call, heard } = options;
  for (const verb of verbs) {
    if (verb.name === 'Dial') call.warn(13201, '<Dial> in a whisper document');
    if (verb.name === 'Say') heard.push(textOf(verb));
    if (verb.name === 'Hangup') return false;
    const after = verb.name === 'Gather' ? gather(verb, options) : undefined;
    if (after !== undefined) return after;
  }
  return true;
}

function gather(verb: XmlElement, { heard, presses, resolve }: WhisperOptions): false | Next | undefined {
  for (const noun of elementsOf(verb)) if (noun.name === 'Say') heard.push(textOf(noun));
  if (presses === undefined) return false;
  const target = targetOf(verb, resolve);
  return (
    target && {
      target,
      extra: { Digits: presses.slice(0, Number(verb.attributes['numDigits'] ?? presses.length)) },
    }
  );
}
