/**
 * Decides what a line hears that is handed to a person, what the person hears, and what becomes of both afterwards. All of it is on the
 * record of the call, so any replica can answer.
 */
import { Injectable } from '@nestjs/common';
import { CallJournal } from '../calls/call-journal.js';
import { Environment } from '../config/environment.js';
import type { Call, CallFailure } from '../core/call/call.js';
import { BY_FALLBACK, isAway, type CallTransfer, type TransferOutcome } from '../core/call/transfer.js';
import { Clock } from '../core/clock.js';
import { isCallId } from '../core/ids.js';
import { ownWords, voiceOf, type SpokenWords } from '../core/speech/own-words.js';
import { askPerson, dialPerson, tellPerson } from './dial.documents.js';
import { LineDocuments } from './line-documents.js';
import { hangUp } from './twiml.documents.js';
import { callEventOf } from './twilio-webhook.dto.js';
import type { TransferRequestDto } from './transfer.dto.js';
import type { Query } from './twiml.service.js';

interface Found {
  readonly call: Call;
  readonly transfer: CallTransfer;
}

const OUTCOMES: ReadonlySet<string> = new Set<TransferOutcome>(['busy', 'no-answer', 'failed', 'canceled']);
/** Twilio takes no limit of nothing; the watch over the longest time stands behind. */
const LEAST_LIMIT_SECONDS = 1;
const QUESTION = 'Press any key to take the call.';
const NO_SUMMARY = 'An assistant hands you a call.';

const NOBODY: CallFailure = {
  code: 'agent-lost',
  detail: 'No agent was to be had, and the person of FALLBACK_NUMBER did not take the call.',
};

@Injectable()
export class TransferTwimlService {
  constructor(
    private readonly environment: Environment,
    private readonly journal: CallJournal,
    private readonly documents: LineDocuments,
    private readonly clock: Clock,
  ) {}

  /** The document for the line of the caller: the dial, or the agent again where the transfer is over. */
  async document(request: TransferRequestDto, query: Query): Promise<string> {
    const found = await this.found(request, query);
    if (!found) return hangUp();
    const { call, transfer } = found;
    if (call.endReason !== null) return this.documents.lastWords(call);
    return isAway(call) ? this.dial(call, transfer) : this.documents.connect(call);
  }

  /** What the person hears alone after picking up. Silence joins both at once. */
  async person(request: TransferRequestDto, query: Query): Promise<string> {
    const found = await this.found(request, query);
    if (!found || !isAway(found.call)) return hangUp();
    const { call, transfer } = found;
    if (transfer.mode === 'cold') return tellPerson(transfer.summary ?? '');
    const words = `${transfer.summary ?? NO_SUMMARY} ${QUESTION}`;
    return askPerson(words, this.urlOf('/twiml/transfer/accept', call, transfer));
  }

  /** The person pressed a key: both are joined when this is answered without another verb. */
  async accept(request: TransferRequestDto, query: Query): Promise<string> {
    const found = await this.found(request, query);
    if (!found || (request.Digits ?? '') === '') return hangUp();
    const after = await this.journal.apply(found.call.id, {
      type: 'transfer.connected',
      transferId: found.transfer.id,
      leg: request.CallSid,
    });
    // The caller hung up, or was taken back, while the person thought.
    return after && isAway(after) && after.endReason === null ? tellPerson('') : hangUp();
  }

  /** The person has picked up; where no key is asked for, that is all it takes. */
  async answered(request: TransferRequestDto, query: Query): Promise<void> {
    const found = await this.found(request, query);
    if (!found || found.transfer.mode === 'warm' || request.CallStatus !== 'in-progress') return;
    await this.journal.apply(found.call.id, {
      type: 'transfer.connected',
      transferId: found.transfer.id,
      leg: request.CallSid,
    });
  }

  /** The dial is over: the call is, too, or the caller goes back to the agent. */
  async result(request: TransferRequestDto, query: Query): Promise<string> {
    const found = await this.found(request, query);
    if (!found) return hangUp();
    const { call, transfer } = found;
    const event = callEventOf(request);
    // The caller hung up. Without a duration here, the record is left for the status callback that follows and knows it.
    if (event?.type === 'carrier.ended') {
      await this.journal.apply(call.id, event.durationSeconds === undefined ? overBy(transfer) : event);
      return hangUp();
    }
    const outcome = outcomeOf(request, transfer);
    if (outcome === 'completed' && transfer.status === 'ringing')
      await this.journal.apply(call.id, { type: 'transfer.connected', transferId: transfer.id });
    // There is no agent to go back to.
    if (transfer.by === BY_FALLBACK && outcome !== 'completed')
      await this.journal.apply(call.id, { type: 'end.decided', reason: 'agent-failed', failure: NOBODY });
    const after =
      (await this.journal.apply(call.id, {
        type: 'transfer.ended',
        transferId: transfer.id,
        outcome,
        leg: answeredLeg(request),
      })) ?? call;
    if (after.endReason === 'transferred') return hangUp();
    return after.endReason === null ? this.documents.connect(after) : this.documents.lastWords(after);
  }

  private dial(call: Call, transfer: CallTransfer): string {
    const spentMs = this.clock.now() - (call.times.answeredAt ?? this.clock.now());
    const leftSeconds = Math.floor(call.maxDurationSeconds - spentMs / 1000);
    const whispers = transfer.mode === 'warm' || transfer.summary !== null;
    return dialPerson({
      to: transfer.to,
      // A number of ours, which Twilio lets show: that of this call (reference twilio.md 4.3, verified).
      callerId: call.direction === 'inbound' ? call.to : call.from,
      ringSeconds: this.environment.TRANSFER_RING_SECONDS,
      limitSeconds: Math.max(LEAST_LIMIT_SECONDS, leftSeconds),
      actionUrl: this.urlOf('/twiml/transfer/result', call, transfer),
      whisperUrl: whispers ? this.urlOf('/twiml/transfer/person', call, transfer) : undefined,
      statusUrl: this.urlOf('/twilio/transfer', call, transfer),
      message: this.messageOf(call, transfer),
    });
  }

  /** Words of others come in a language that nobody told; the service's own are known. */
  private messageOf({ overrides }: Call, { by, message }: CallTransfer): SpokenWords | undefined {
    if (by === BY_FALLBACK)
      return ownWords('connecting', overrides.language ?? this.environment.CALL_LANGUAGE);
    return message === null ? undefined : { text: message, language: voiceOf(overrides.language ?? '') };
  }

  private urlOf(path: string, call: Call, transfer: CallTransfer): string {
    return `${this.environment.PUBLIC_URL}${path}?call=${call.id}&transfer=${transfer.id}`;
  }

  /** The call and the transfer of the address, which Twilio has signed; the leg of a person has an id of its own. */
  private async found(request: TransferRequestDto, query: Query): Promise<Found | undefined> {
    const { call: id, transfer: transferId } = query;
    const call = typeof id === 'string' && isCallId(id) ? await this.journal.find(id) : undefined;
    const transfer = call?.transfer;
    if (!call || !transfer || transfer.id !== transferId) return undefined;
    const { CallSid, ParentCallSid } = request;
    const isOfLine = CallSid === call.twilioCallSid;
    // Twilio names the parent of such a leg; where it should not, the signed address says as much.
    const isOfLeg = ParentCallSid === undefined || ParentCallSid === call.twilioCallSid;
    return isOfLine || isOfLeg ? { call, transfer } : undefined;
  }
}

function overBy({ id, status }: CallTransfer) {
  return status === 'talking'
    ? ({ type: 'transfer.ended', transferId: id, outcome: 'completed' } as const)
    : ({ type: 'end.decided', reason: 'caller-hung-up' } as const);
}

/** Twilio's id of the person's leg, which is billed once it was answered, joined or not. */
function answeredLeg({ DialCallStatus, DialCallSid }: TransferRequestDto): string | undefined {
  return DialCallStatus === 'completed' || DialCallStatus === 'answered' ? DialCallSid : undefined;
}

/** `completed` is also said of a person who picked up and pressed no key. */
function outcomeOf(request: TransferRequestDto, transfer: CallTransfer): TransferOutcome {
  const { DialCallStatus = '', DialBridged } = request;
  if (transfer.status === 'talking') return 'completed';
  if (isOutcome(DialCallStatus)) return DialCallStatus;
  if (DialCallStatus !== 'completed' && DialCallStatus !== 'answered') return 'failed';
  // The callback that told of the answer may be lost.
  return transfer.mode === 'cold' && DialBridged !== 'false' ? 'completed' : 'declined';
}

function isOutcome(status: string): status is TransferOutcome {
  return OUTCOMES.has(status);
}
