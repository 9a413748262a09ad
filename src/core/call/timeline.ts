/**
 * The timeline: every fact of a call as an entry, in the order in which the store took them. Made here, from changes of the
 * record and from what a conversation tells; kept by the store; read by everybody. Pure.
 */
import type { BridgeFact } from '../bridge/bridge-facts.js';
import type { CallId } from '../ids.js';
import { isFinal, type Call } from './call.js';
import type { CallEvent } from './call-machine.js';

/** The kinds of entries, by whom they are about. */
export const TIMELINE_TYPES = [
  'call.created',
  'call.dialing',
  'call.accepted',
  'call.initiated',
  'call.ringing',
  'call.answered',
  'call.ending',
  'call.ended',
  'stream.started',
  'stream.failed',
  'agent.ready',
  'agent.queued',
  'agent.lost',
  'agent.given-up',
  'agent.first-audio',
  'turn.agent',
  'turn.corrected',
  'turn.caller',
  'turn.interrupted',
  'caller.pressed',
  'tool.called',
  'tool.answered',
  'turn.cut',
  'keys.played',
  'agent.told',
  'agent.muted',
  'agent.unmuted',
  'operator.listens',
  'operator.left',
  'operator.took-over',
  'operator.gave-back',
  'transfer.started',
  'transfer.connected',
  'transfer.ended',
  'session.ended',
  'recording.changed',
  'cost.changed',
  'analysis.came',
  'record.erased',
] as const;
export type TimelineType = (typeof TIMELINE_TYPES)[number];

export interface TimelineEntry {
  readonly type: TimelineType;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** Plain JSON. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** What of the details is words: said, pressed, asked of tools and answered by them, and what was made of it all. */
export const DETAILS_WITH_WORDS = ['text', 'input', 'digits', 'summary', 'evaluation', 'collected'] as const;

/** An entry that the store has taken. */
export interface TimelineEvent extends TimelineEntry {
  readonly callId: CallId;
  /** Its place in its call: 1, 2, 3, … without a gap. */
  readonly seq: number;
  /** Its place among the events of all calls. Opaque; compared by nobody but the store. */
  readonly cursor: string;
}

/** Unique among the events of all calls, and the same wherever the event is shown. */
export function eventIdOf({ callId, seq }: Pick<TimelineEvent, 'callId' | 'seq'>): string {
  return `evt_${callId.slice('call_'.length)}_${seq}`;
}

export function entriesOfCreation(call: Call): TimelineEntry[] {
  const { direction, agentId, status, twilioCallSid } = call;
  return [
    {
      type: 'call.created',
      at: call.times.createdAt,
      details: { direction, agentId, status, twilioCallSid },
    },
  ];
}

/** What a change of the record says, `after` being the record with the event applied. */
export function entriesOfChange(before: Call, after: Call, event: CallEvent, at: number): TimelineEntry[] {
  const entries: TimelineEntry[] = [];
  const add = (type: TimelineType, details: TimelineEntry['details'] = {}): void => {
    entries.push({ type, at, details });
  };
  if (event.type === 'carrier.asked') add('call.dialing');
  if (before.twilioCallSid === null && after.twilioCallSid !== null)
    add('call.accepted', { twilioCallSid: after.twilioCallSid });
  // Before the end, which is the last that is told of a call under way.
  addTransfer(before, after, add);
  if (after.status !== before.status) addStatus(after, add);
  if (after.streamSid !== before.streamSid) add('stream.started', { streamSid: after.streamSid });
  if (event.type === 'agent.ready') add('agent.ready', { conversationId: after.conversationId });
  if (event.type === 'agent.heard-first') add('agent.first-audio');
  if (event.type === 'end.decided') add('call.ending', { reason: after.endReason, failure: after.failure });
  if (event.type === 'recording.changed') add('recording.changed', { ...after.recording });
  if (event.type === 'cost.learnt') add('cost.changed', { ...after.cost });
  if (event.type === 'record.erased') add('record.erased', { ...after.erased });
  if (event.type === 'analysis.came') add('analysis.came', { ...after.analysis });
  return entries;
}

function addStatus(call: Call, add: (type: TimelineType, details?: TimelineEntry['details']) => void): void {
  const { status, endReason, failure, durationSeconds } = call;
  if (isFinal(status)) add('call.ended', { status, endReason, failure, durationSeconds });
  else if (status === 'in-progress') add('call.answered');
  else if (status === 'ringing') add('call.ringing');
  else if (status === 'initiated') add('call.initiated');
}

/** Without the number and the words: who is called is on the record, for as long as it is kept. */
function addTransfer(
  { transfer: before }: Call,
  { transfer, status: callStatus, endReason }: Call,
  add: (type: TimelineType, details: TimelineEntry['details']) => void,
): void {
  if (!transfer || transfer === before) return;
  const { id: transferId, mode, target, by, status, outcome } = transfer;
  if (before?.id !== transferId) {
    add('transfer.started', { transferId, mode, target, by });
  } else if (before.status !== status && outcome === null) {
    add('transfer.connected', { transferId });
  } else if (before.status !== status) {
    add('transfer.ended', { transferId, outcome });
    if (outcome === 'completed' && !isFinal(callStatus))
      add('call.ending', { reason: endReason, failure: null });
  }
}

/** What a conversation tells. Facts that are changes of the record too are told by those. */
export function entriesOfFact(fact: BridgeFact, at: number): TimelineEntry[] {
  const entry = entryOfFact(fact);
  return entry ? [{ ...entry, at }] : [];
}

function entryOfFact(fact: BridgeFact): Omit<TimelineEntry, 'at'> | undefined {
  switch (fact.type) {
    case 'agent-said': {
      const { text, eventId, isMuted } = fact;
      return { type: 'turn.agent', details: { text, eventId, ...(isMuted ? { isMuted } : {}) } };
    }
    case 'agent-corrected': {
      return { type: 'turn.corrected', details: { text: fact.text, eventId: fact.eventId } };
    }
    case 'caller-said': {
      return { type: 'turn.caller', details: { text: fact.text, eventId: fact.eventId } };
    }
    case 'interrupted': {
      return { type: 'turn.interrupted', details: { eventId: fact.eventId, ...fact.cut } };
    }
    case 'digits': {
      return { type: 'caller.pressed', details: { digits: fact.digits } };
    }
    case 'agent-cut': {
      return { type: 'turn.cut', details: { ...fact.cut } };
    }
    case 'tool-called': {
      const { id, name, input } = fact.call;
      return { type: 'tool.called', details: { toolCallId: id, name, input } };
    }
    case 'tool-answered': {
      const { id, name } = fact.call;
      const { outcome, durationMs, text } = fact.result;
      return { type: 'tool.answered', details: { toolCallId: id, name, outcome, durationMs, text } };
    }
    case 'ended': {
      const { reason, failure, cut } = fact;
      return { type: 'session.ended', details: { reason, failure: failure ?? null, ...cut } };
    }
    default: {
      return entryOfMishap(fact) ?? entryOfHand(fact);
    }
  }
}

/** What befell an agent. */
function entryOfMishap(fact: BridgeFact): Omit<TimelineEntry, 'at'> | undefined {
  switch (fact.type) {
    case 'agent-queued': {
      return { type: 'agent.queued', details: {} };
    }
    case 'agent-lost': {
      const { failure, agentId, attempt, brokenOff } = fact;
      return { type: 'agent.lost', details: { failure, agentId, attempt, ...heardOf(brokenOff) } };
    }
    case 'agent-given-up': {
      return { type: 'agent.given-up', details: { failure: fact.failure } };
    }
    default: {
      return undefined;
    }
  }
}

function heardOf(words: Extract<BridgeFact, { type: 'agent-lost' }>['brokenOff']): object {
  return words ? { eventId: words.eventId, text: words.heard } : {};
}

/** What people did from outside, and who it was. */
function entryOfHand(fact: BridgeFact): Omit<TimelineEntry, 'at'> | undefined {
  switch (fact.type) {
    case 'agent-told': {
      return { type: 'agent.told', details: { text: fact.text, role: fact.role, by: fact.by } };
    }
    case 'agent-muted': {
      return { type: fact.isMuted ? 'agent.muted' : 'agent.unmuted', details: { by: fact.by } };
    }
    case 'keys-played': {
      return { type: 'keys.played', details: { digits: fact.digits, by: fact.by } };
    }
    case 'taken-over':
    case 'given-back': {
      const type = fact.type === 'taken-over' ? 'operator.took-over' : 'operator.gave-back';
      return { type, details: { by: fact.by } };
    }
    default: {
      // The start of the line, a ready agent and its first audio are changes of the record.
      return undefined;
    }
  }
}
