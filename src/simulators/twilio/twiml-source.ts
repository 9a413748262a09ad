/**
 * Where a document comes from, and getting it: an inline text or a signed request whose answer is judged as Twilio judges it.
 * Which document runs next is decided elsewhere.
 */
import type { WebhookKind } from './call-record.js';
import type { Target } from './request-target.js';
import { LONGEST_ANSWER_BYTES } from './http-exchange.js';
import { readTwiml, TwimlError, type TwimlDocument } from './twiml-document.js';
import type { WebhookAnswer } from './webhook-sender.js';

export type TwimlSource =
  | { readonly twiml: string }
  | {
      readonly target: Target;
      readonly kind: WebhookKind;
      /** Fields beyond those of every voice request. */
      readonly extra?: Readonly<Record<string, string>>;
    };

export interface LoadedTwiml extends TwimlDocument {
  readonly text: string;
  /** Relative addresses in the document are relative to this. */
  readonly url: string | undefined;
}

const XML_TYPES = ['text/xml', 'application/xml', 'text/html'];

/** @throws TwimlError when the answer is no document that Twilio runs */
function documentOf(answer: WebhookAnswer): string {
  if (Buffer.byteLength(answer.body) > LONGEST_ANSWER_BYTES) {
    throw new TwimlError(11750, `the document has more than ${LONGEST_ANSWER_BYTES} bytes`);
  }
  const type = answer.contentType?.split(';')[0]?.trim().toLowerCase();
  // Audio would be played and plain text read aloud; a voice service answers neither on purpose, so both are refused here.
  if (type === undefined || !XML_TYPES.includes(type)) {
    throw new TwimlError(12300, `Content-Type ${type ?? '(none)'} is not XML`);
  }
  return answer.body;
}

/**
 * @param request sends the voice request of the call
 * @throws TwimlError or WebhookFailed
 */
export async function loadTwiml(
  source: TwimlSource,
  request: (source: Exclude<TwimlSource, { twiml: string }>) => Promise<WebhookAnswer>,
): Promise<LoadedTwiml> {
  if ('twiml' in source) return { ...readTwiml(source.twiml), text: source.twiml, url: undefined };
  const answer = await request(source);
  const text = documentOf(answer);
  return { ...readTwiml(text), text, url: answer.url };
}
