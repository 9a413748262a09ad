/**
 * Decides how Twilio's requests about a line are answered.
 */
import { Inject, Injectable } from '@nestjs/common';
import { CallJournal } from '../calls/call-journal.js';
import { CallsService } from '../calls/calls.service.js';
import { variablesFault } from '../calls/variables.js';
import { isFinal, type Call } from '../core/call/call.js';
import { isAway } from '../core/call/transfer.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import { isCallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { LineDocuments } from './line-documents.js';
import { hangUp, rejectBusy } from './twiml.documents.js';
import {
  callEventOf,
  type StatusCallbackDto,
  type StreamCallbackDto,
  type VoiceRequestDto,
} from './twilio-webhook.dto.js';

/** Query of our own addresses, as parsed by the server: values may be lists. */
export type Query = Readonly<Record<string, unknown>>;

@Injectable()
export class TwimlService {
  constructor(
    private readonly calls: CallsService,
    private readonly journal: CallJournal,
    private readonly documents: LineDocuments,
    private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** The document for a line that was answered, or rings at our number. */
  async answer(request: VoiceRequestDto, query: Query): Promise<string> {
    const variables = variablesOf(query);
    const call = await this.callOf(request, query, variables);
    if (typeof call === 'string') return call;
    // Twilio asks for the document of an outbound call once it was answered; an incoming line is answered by the document.
    const now = await this.journal.apply(call.id, {
      type: 'carrier.progressed',
      status: call.direction === 'outbound' ? 'in-progress' : 'ringing',
      twilioCallSid: request.CallSid,
    });
    if (now && now.endReason !== null) return this.documents.lastWords(now);
    return this.documents.connect(call, variables);
  }

  /** The stream is over; what becomes of the line. */
  async next(request: StatusCallbackDto, query: Query): Promise<string> {
    const call = await this.known(query, request.CallSid);
    if (!call) return hangUp();
    const event = callEventOf(request);
    if (event?.type === 'carrier.ended') {
      // Without a duration here, the record is left for the status callback that follows and knows it.
      const told = event.durationSeconds !== undefined;
      await this.journal.apply(call.id, told ? event : { type: 'end.decided', reason: 'caller-hung-up' });
      return hangUp();
    }
    // The stream ended before Twilio was told to take the line elsewhere.
    if (call.transfer && isAway(call)) return this.documents.transfer(call, call.transfer.id);
    // Nobody decided the end, so the stream failed before it reached us; its own callback may say more, and came first or not.
    const failure = { code: 'stream-lost', detail: 'Twilio ended the media stream.' } as const;
    const after = await this.journal.apply(call.id, {
      type: 'end.decided',
      reason: 'stream-failed',
      failure,
    });
    return this.documents.lastWords(after ?? call);
  }

  async status(request: StatusCallbackDto, query: Query): Promise<void> {
    const call = await this.known(query, request.CallSid);
    const event = callEventOf(request);
    if (call && event) await this.journal.apply(call.id, event);
  }

  async streamEvent(request: StreamCallbackDto, query: Query): Promise<void> {
    const call = await this.known(query, request.CallSid);
    if (!call || request.StreamEvent !== 'stream-error') return;
    this.logger.warn(
      { callId: call.id, streamError: request.StreamError },
      'Twilio could not use the media stream',
    );
    const error = request.StreamError ?? null;
    await this.journal.note(call.id, [{ type: 'stream.failed', at: this.clock.now(), details: { error } }]);
    if (call.times.streamStartedAt !== null) return;
    const failure = {
      code: 'stream-never-came',
      detail: request.StreamError ?? 'Twilio gave no reason.',
    } as const;
    await this.journal.apply(call.id, { type: 'end.decided', reason: 'stream-failed', failure });
  }

  /** The call of a voice request, or the document that refuses it. */
  private async callOf(
    request: VoiceRequestDto,
    query: Query,
    variables: Record<string, string>,
  ): Promise<Call | string> {
    if (typeof query['call'] === 'string') {
      const call = await this.known(query, request.CallSid);
      if (call && !isFinal(call.status)) return call;
      this.logger.warn('Twilio asked for the document of a call that is not known, or over');
      return call ? hangUp() : this.documents.apology();
    }
    try {
      return await this.receive(request, query, variables);
    } catch (error) {
      if (!(error instanceof CordboardError)) throw error;
      this.logger.warn({ code: error.code }, 'a call was turned away');
      const busy = ['at-capacity', 'saturated', 'draining', 'budget-reached'].includes(error.code);
      return busy && isInbound(request) ? rejectBusy() : this.documents.apology();
    }
  }

  private receive(request: VoiceRequestDto, query: Query, variables: Record<string, string>): Promise<Call> {
    const agentId = query['agentId'];
    return this.calls.receive({
      direction: isInbound(request) ? 'inbound' : 'outbound',
      twilioCallSid: request.CallSid,
      to: request.To ?? '',
      from: request.From ?? '',
      ...(typeof agentId === 'string' ? { agentId } : {}),
      variables,
    });
  }

  /** By our id where the address has it, checked against Twilio's; otherwise by Twilio's. */
  private async known(query: Query, twilioCallSid: string): Promise<Call | undefined> {
    const id = query['call'];
    if (typeof id !== 'string') return this.journal.findBySid(twilioCallSid);
    const call = isCallId(id) ? await this.journal.find(id) : undefined;
    return call && (call.twilioCallSid === null || call.twilioCallSid === twilioCallSid) ? call : undefined;
  }
}

function isInbound({ Direction }: VoiceRequestDto): boolean {
  return Direction === undefined || Direction === 'inbound';
}

/**
 * What the query of our address says about the call. Twilio's own fields, which a GET request carries beside it, begin with a
 * capital letter; a name that is no variable name is left out rather than failing somebody's call.
 */
export function variablesOf(query: Query): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(query)) {
    if (name === 'call' || name === 'agentId' || /^[A-Z]/.test(name) || typeof value !== 'string') continue;
    if (variablesFault({ ...variables, [name]: value }) === undefined) variables[name] = value;
  }
  return variables;
}
