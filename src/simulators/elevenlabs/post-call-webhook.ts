/**
 * What can be set on the webhook after a conversation, and what is kept of each delivery. Types, defaults and one check; `post-call.ts`
 * sends.
 */

const EVENTS = ['transcript', 'audio'] as const;
/** The vendor's names; those of its own telephony are not simulated. */
export type PostCallEvent = (typeof EVENTS)[number];

export interface PostCallFaults {
  /** The very same request comes twice. */
  readonly doubled?: boolean;
  /** It comes that many milliseconds after processing. */
  readonly lateMs?: number;
  /** Signed with another secret. */
  readonly wrongSignature?: boolean;
  /** Added to the signed timestamp: negative for an old one. */
  readonly skewSeconds?: number;
  /** It does not come at all. */
  readonly never?: boolean;
}

export interface PostCallWebhook {
  /** Absolute, http or https. */
  readonly url: string;
  /** Signs the requests; any text. */
  readonly secret: string;
  /** Sent in the order of this list. Default: `transcript` alone. */
  readonly events?: readonly PostCallEvent[];
  /** How long an answer is waited for. Default 5000 (a guess). */
  readonly timeoutMs?: number;
  readonly faults?: PostCallFaults;
}

/** One request to the service. */
export interface PostCallDelivery {
  readonly url: string;
  /** The member of that name in the body. */
  readonly type: 'post_call_transcription' | 'post_call_audio';
  /** The header `ElevenLabs-Signature`. */
  readonly signature: string;
  readonly body: string;
  /** When it was sent, in ms of `performance.now()`. */
  readonly atMs: number;
  /** The HTTP status of the answer, once there is one. */
  status?: number;
  /** Why there is no answer. */
  failure?: string;
}

/** @throws RangeError naming the option that cannot work */
export function checkPostCallWebhook({ url, secret, events = [] }: PostCallWebhook): void {
  const isHttp = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!isHttp) throw new RangeError(`postCallWebhook.url: expected an absolute http(s) address, got ${url}.`);
  if (secret === '') throw new RangeError('postCallWebhook.secret: expected a text that is not empty.');
  const strange = [...events].find((event) => !EVENTS.includes(event));
  if (strange !== undefined) {
    throw new RangeError(
      `postCallWebhook.events: ${strange} is not simulated; possible are ${EVENTS.join(', ')}.`,
    );
  }
}
