/**
 * Who may open a media socket: the token first, then Twilio's signature, both before the handshake is accepted.
 */
import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Admission } from '../calls/admission.js';
import { CallJournal } from '../calls/call-journal.js';
import { StreamTokens } from '../calls/stream-tokens.js';
import type { Call } from '../core/call/call.js';
import type { TimelineEvent } from '../core/call/timeline.js';
import { ERRORS, type ErrorCode } from '../core/errors.js';
import { Metrics } from '../ops/metrics.js';
import { TwilioSignature } from '../twiml/twilio-signature.js';
import { LiveSessions } from './live-sessions.js';
import { askedStream } from './stream-path.js';

export interface Admitted {
  readonly call: Call;
  readonly query: Readonly<Record<string, string>>;
  /** What happened in the call before, where its line comes back from a person; otherwise none. */
  readonly events: readonly TimelineEvent[];
}

/** Of an hour of talking; what comes later is left out, and an agent is told of the newest only. */
const MOST_EVENTS = 5000;

@Injectable()
export class StreamDoor {
  private readonly admitted = new WeakMap<IncomingMessage, Admitted>();

  constructor(
    private readonly tokens: StreamTokens,
    private readonly signature: TwilioSignature,
    private readonly journal: CallJournal,
    private readonly live: LiveSessions,
    private readonly admission: Admission,
    private readonly metrics: Metrics,
  ) {}

  /** What to refuse with; undefined when the socket may open. A token is used up only by a signed request. */
  async check(request: IncomingMessage): Promise<ErrorCode | undefined> {
    const refusal = await this.judge(request);
    if (refusal)
      this.metrics.refusedDoors.inc({
        door: refusal === 'bad-signature' ? 'stream-signature' : 'stream-token',
      });
    return refusal;
  }

  /** What was admitted with this request, once. */
  take(request: IncomingMessage): Admitted | undefined {
    const admitted = this.admitted.get(request);
    this.admitted.delete(request);
    return admitted;
  }

  /** Only of a line that comes back, which no store that is away may keep from its agent. */
  private async storyOf({ id, transfer }: Call): Promise<readonly TimelineEvent[]> {
    return transfer === null ? [] : await this.journal.story(id, MOST_EVENTS);
  }

  private async judge(request: IncomingMessage): Promise<ErrorCode | undefined> {
    const asked = askedStream(request);
    if (!asked) return 'bad-stream-token';
    const header = request.headers['x-twilio-signature'];
    const isSigned = this.signature.ofUpgrade(typeof header === 'string' ? header : undefined, asked.url);
    // A stranger costs no question to the store: what is not known here and not signed is no token of ours, or as good as none.
    if (!this.tokens.isOfHere(asked.token) && !(isSigned && (await this.tokens.knows(asked.token))))
      return 'bad-stream-token';
    if (!isSigned) return 'bad-signature';
    const callId = await this.tokens.redeem(asked.token);
    const call = callId && (await this.journal.find(callId));
    // A call has one line: a second socket would be a second agent, at somebody's cost.
    if (!call || call.endReason !== null || this.live.has(call.id)) return 'bad-stream-token';
    // From here on the call is carried here, whatever becomes of the store.
    this.journal.keep(call);
    this.admission.hold(call.id);
    this.admitted.set(request, { call, query: asked.query, events: await this.storyOf(call) });
    return undefined;
  }
}

export function refusalStatus(code: ErrorCode): { status: number; title: string } {
  const { status, title } = ERRORS[code];
  return { status, title };
}
