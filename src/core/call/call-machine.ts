/**
 * The life of a call as one pure function: a record and a fact in, the next record out, or nothing when the fact changes
 * nothing. Carriers repeat themselves, are late and overtake each other, so a late fact is data and never an error.
 * Effects (hanging up, timers, metrics) belong to those who listen.
 */
import type { ErrorCode } from '../errors.js';
import {
  ANONYMOUS,
  isFinal,
  type Call,
  type CallAnalysis,
  type CallErasure,
  type CallRecording,
  type CallStatus,
  type CostPart,
  type EndReason,
  type Variables,
} from './call.js';
import { isAway, isTransferEvent, transferAtEnd, transferChange, type TransferEvent } from './transfer.js';

export type CallEvent =
  /** Twilio is being asked to place the call; whether it does is not known yet. */
  | { readonly type: 'carrier.asked' }
  /** Twilio accepted the call. */
  | { readonly type: 'carrier.accepted'; readonly twilioCallSid: string }
  | {
      readonly type: 'carrier.progressed';
      readonly status: 'queued' | 'initiated' | 'ringing' | 'in-progress';
      readonly twilioCallSid?: string;
    }
  | {
      readonly type: 'carrier.ended';
      readonly status: FinalStatus;
      readonly twilioCallSid?: string;
      readonly durationSeconds?: number;
    }
  | { readonly type: 'stream.started'; readonly streamSid: string; readonly variables: Variables }
  | { readonly type: 'agent.ready'; readonly conversationId: string }
  | { readonly type: 'agent.heard-first' }
  /** Somebody decided that the call is over; the line may still be up. The first decision wins. */
  | {
      readonly type: 'end.decided';
      readonly reason: EndReason;
      readonly failure?: { code: ErrorCode; detail: string };
      /** Only the media stream says so: while the line is with a person, its end is no end of the call. */
      readonly ofStream?: true;
    }
  /**
   * Twilio will not be asked for the call any more. Changes nothing when somebody else has asked meanwhile.
   * `askedAt`: the time on record at which it was to be asked by whoever gives up; null when it was not.
   */
  | {
      readonly type: 'dial.given-up';
      readonly askedAt: number | null;
      readonly failure: { code: ErrorCode; detail: string };
    }
  /** Nobody can or will tell more: the call is final now, whatever the carrier says later. */
  | { readonly type: 'end.settled' }
  | TransferEvent
  | AfterwardsEvent;

/** What is learnt about a call beside its state, most of it after its end. None of it moves the call. */
export type AfterwardsEvent =
  | { readonly type: 'recording.changed'; readonly recording: CallRecording }
  | { readonly type: 'cost.learnt'; readonly of: 'telephony' | 'agent'; readonly cost: CostPart }
  /** A conversation that was not told in time turned out to be that of the call. */
  | { readonly type: 'conversation.learnt'; readonly conversationId: string }
  | { readonly type: 'analysis.came'; readonly analysis: CallAnalysis }
  | ({ readonly type: 'record.erased' } & CallErasure);

export type FinalStatus = 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled';

/** A call moves only to the right; statuses of one column exclude each other. */
const RANK: Readonly<Record<CallStatus, number>> = {
  queued: 0,
  initiated: 1,
  ringing: 2,
  'in-progress': 3,
  completed: 4,
  busy: 4,
  'no-answer': 4,
  failed: 4,
  canceled: 4,
};

/** What a final status says about the cause, when nobody has named one. */
const REASON_OF: Readonly<Record<FinalStatus, EndReason>> = {
  completed: 'caller-hung-up',
  busy: 'busy',
  'no-answer': 'no-answer',
  failed: 'carrier-failed',
  canceled: 'canceled',
};

type Change = Partial<Omit<Call, 'id' | 'version' | 'times'>> & { times?: Partial<Call['times']> };

/** The next record, or undefined when the event changes nothing (late, doubled, out of order). */
export function applyCallEvent(call: Call, event: CallEvent, now: number): Call | undefined {
  const change = isAfterwards(event) ? afterwards(call, event) : changeWhileOpen(call, event, now);
  if (!change) return undefined;
  return { ...call, ...change, version: call.version + 1, times: { ...call.times, ...change.times } };
}

const AFTERWARDS: ReadonlySet<CallEvent['type']> = new Set<AfterwardsEvent['type']>([
  'recording.changed',
  'cost.learnt',
  'conversation.learnt',
  'analysis.came',
  'record.erased',
]);

function isAfterwards(event: CallEvent): event is AfterwardsEvent {
  return AFTERWARDS.has(event.type);
}

function afterwards(call: Call, event: AfterwardsEvent): Change | undefined {
  switch (event.type) {
    case 'recording.changed': {
      return record(call, event.recording);
    }
    case 'cost.learnt': {
      const known = call.cost[event.of];
      // What the vendor charged is not overruled by an estimate that comes late.
      if (known?.final && !event.cost.final) return undefined;
      return isSame(known, event.cost) ? undefined : { cost: { ...call.cost, [event.of]: event.cost } };
    }
    case 'conversation.learnt': {
      return call.conversationId === null ? { conversationId: event.conversationId } : undefined;
    }
    case 'record.erased': {
      return isFinal(call.status) ? erase(call, event) : undefined;
    }
    default: {
      event satisfies { type: 'analysis.came' };
      // It may come long after somebody asked for the words to be erased.
      if (call.erased.transcript) return undefined;
      return isSame(call.analysis, event.analysis) ? undefined : { analysis: event.analysis };
    }
  }
}

/** A callback that comes late does not bring back what somebody asked to be deleted. */
function record({ recording: now }: Call, recording: CallRecording): Change | undefined {
  return now.status === 'deleted' || isSame(now, recording) ? undefined : { recording };
}

function erase(call: Call, asked: CallErasure): Change | undefined {
  const erased = {
    transcript: call.erased.transcript || asked.transcript,
    person: call.erased.person || asked.person,
  };
  if (isSame(erased, call.erased)) return undefined;
  const theirs = call.direction === 'outbound' ? { to: ANONYMOUS } : { from: ANONYMOUS };
  return {
    erased,
    ...(erased.transcript ? { analysis: null, transfer: wordless(call.transfer) } : {}),
    ...(erased.person ? { ...theirs, variables: {}, overrides: {}, metadata: {} } : {}),
  };
}

function wordless(transfer: Call['transfer']): Call['transfer'] {
  return transfer && { ...transfer, message: null, summary: null };
}

/** Records here are plain JSON that one place writes, so equal means equally written. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

type OpenEvent = Exclude<CallEvent, AfterwardsEvent>;

function changeWhileOpen(call: Call, event: OpenEvent, now: number): Change | undefined {
  if (isFinal(call.status)) return undefined;
  if (isTransferEvent(event)) return transferChange(call, event, now);
  switch (event.type) {
    case 'carrier.asked': {
      return once(call, 'startedAt', now);
    }
    case 'carrier.accepted': {
      if (call.twilioCallSid !== null) return undefined;
      return { twilioCallSid: event.twilioCallSid, times: { startedAt: call.times.startedAt ?? now } };
    }
    case 'carrier.progressed': {
      return progress(call, event.status, event.twilioCallSid, now);
    }
    case 'carrier.ended': {
      return end(call, event.status, now, event.durationSeconds, event.twilioCallSid);
    }
    case 'stream.started': {
      return stream(call, event, now);
    }
    case 'agent.ready': {
      return agent(call, event.conversationId, now);
    }
    case 'agent.heard-first': {
      return once(call, 'firstAudioAt', now);
    }
    case 'end.decided': {
      return decide(call, event);
    }
    case 'dial.given-up': {
      return giveUp(call, event, now);
    }
    default: {
      event satisfies { type: 'end.settled' };
      return end(call, settledStatus(call), now);
    }
  }
}

function once(call: Call, time: 'startedAt' | 'firstAudioAt', now: number): Change | undefined {
  return call.times[time] === null ? { times: { [time]: now } } : undefined;
}

function decide(
  call: Call,
  { reason, failure, ofStream }: Extract<CallEvent, { type: 'end.decided' }>,
): Change | undefined {
  if (ofStream && isAway(call)) return undefined;
  return call.endReason === null ? { endReason: reason, failure: failure ?? null } : undefined;
}

function giveUp(
  call: Call,
  { askedAt, failure }: Extract<CallEvent, { type: 'dial.given-up' }>,
  now: number,
): Change | undefined {
  if (call.twilioCallSid !== null || call.times.startedAt !== askedAt) return undefined;
  const cause = call.endReason === null ? ({ endReason: 'service-failed', failure } as const) : {};
  return { ...end(call, settledStatus(call), now), ...cause };
}

/** The stream proves that the line was answered, even when the callback that says so is late or lost. */
function stream(
  call: Call,
  { streamSid, variables }: Extract<CallEvent, { type: 'stream.started' }>,
  now: number,
): Change | undefined {
  if (call.streamSid === streamSid) return undefined;
  const answered = progress(call, 'in-progress', undefined, now);
  const streamStartedAt = call.times.streamStartedAt ?? now;
  return { ...answered, streamSid, variables, times: { ...answered?.times, streamStartedAt } };
}

function agent(call: Call, conversationId: string, now: number): Change | undefined {
  const { conversationId: before, earlierConversationIds: earlier } = call;
  if (before === conversationId || earlier.includes(conversationId)) return undefined;
  const isFirst = before === null;
  return {
    conversationId,
    ...(isFirst ? {} : { earlierConversationIds: [...earlier, before] }),
    times: { agentReadyAt: call.times.agentReadyAt ?? now },
  };
}

function progress(call: Call, status: CallStatus, sid: string | undefined, now: number): Change | undefined {
  const moves = RANK[status] > RANK[call.status];
  const learnsSid = sid !== undefined && call.twilioCallSid === null;
  if (!moves && !learnsSid) return undefined;
  const times: Change['times'] = {};
  if (call.times.startedAt === null) Object.assign(times, { startedAt: now });
  if (moves && status === 'in-progress') Object.assign(times, { answeredAt: now });
  return { ...(moves ? { status } : {}), ...(learnsSid ? { twilioCallSid: sid } : {}), times };
}

function end(call: Call, status: FinalStatus, now: number, told?: number, sid?: string): Change {
  const { answeredAt } = call.times;
  const measured = answeredAt === null ? null : Math.round((now - answeredAt) / 1000);
  const isWithPerson = call.transfer?.status === 'talking';
  return {
    status,
    endReason: call.endReason ?? (isWithPerson ? 'transferred' : REASON_OF[status]),
    transfer: transferAtEnd(call.transfer, now),
    durationSeconds: told ?? measured,
    ...(sid !== undefined && call.twilioCallSid === null ? { twilioCallSid: sid } : {}),
    times: { endedAt: now },
  };
}

/** Twilio's own words for a call of which it says nothing more: `completed` means that something answered. */
function settledStatus(call: Call): FinalStatus {
  if (call.times.answeredAt !== null) return 'completed';
  if (call.endReason === 'hung-up-by-api' || call.endReason === 'shutting-down') return 'canceled';
  return 'failed';
}
