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
  'agent.first-audio',
  'turn.agent',
  'turn.corrected',
  'turn.caller',
  'turn.interrupted',
  'caller.pressed',
  'tool.called',
  'tool.answered',
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

/** What a conversation tells. Facts that are changes of the record too are told by those. */
export function entriesOfFact(fact: BridgeFact, at: number): TimelineEntry[] {
  const entry = entryOfFact(fact);
  return entry ? [{ ...entry, at }] : [];
}

function entryOfFact(fact: BridgeFact): Omit<TimelineEntry, 'at'> | undefined {
  switch (fact.type) {
    case 'agent-queued': {
      return { type: 'agent.queued', details: {} };
    }
    case 'agent-lost': {
      const { failure, agentId, attempt, brokenOff } = fact;
      const words = brokenOff ? { eventId: brokenOff.eventId, text: brokenOff.heard } : {};
      return { type: 'agent.lost', details: { failure, agentId, attempt, ...words } };
    }
    case 'agent-said': {
      return { type: 'turn.agent', details: { text: fact.text, eventId: fact.eventId } };
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
      // The start of the line, a ready agent and its first audio are changes of the record.
      return undefined;
    }
  }
}
