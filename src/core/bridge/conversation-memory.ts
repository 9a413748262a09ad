/**
 * What was said and done in a call so far, in this process, for an agent that has to go on with it. Bounded: of a long call the end is
 * what matters. Pure; told the time.
 */
import type { CallId } from '../ids.js';
import { entriesOfFact, type TimelineEvent } from '../call/timeline.js';
import { transcriptOf, type Turn } from '../call/transcript.js';
import type { BridgeFact } from './bridge-facts.js';

/** More than an agent is told of, see `handover.ts`. */
const MOST_ENTRIES = 400;

const SPEAKERS: ReadonlyMap<string, 'agent' | 'caller'> = new Map([
  ['turn.agent', 'agent'],
  ['turn.caller', 'caller'],
  ['caller.pressed', 'caller'],
]);

export class ConversationMemory {
  private events: TimelineEvent[] = [];
  private seq = 0;
  private firstSpeaker: 'agent' | 'caller' | undefined;
  private readonly spelled = new Map<number, string>();
  private readonly asked = new Map<string, string>();

  /** @param before what the call had before this session */
  constructor(
    private readonly callId: CallId,
    before: readonly TimelineEvent[] = [],
  ) {
    const first = before.find(({ type }) => SPEAKERS.has(type));
    this.firstSpeaker = first && SPEAKERS.get(first.type);
    this.events = before.slice(-MOST_ENTRIES);
    this.seq = before.at(-1)?.seq ?? 0;
  }

  note(fact: BridgeFact, at: number): void {
    if (fact.type === 'tool-called') this.asked.set(fact.call.id, fact.call.name);
    if (fact.type === 'tool-answered') this.asked.delete(fact.call.id);
    for (const entry of entriesOfFact(fact, at)) {
      this.seq += 1;
      this.firstSpeaker ??= SPEAKERS.get(entry.type);
      this.events.push({ ...entry, callId: this.callId, seq: this.seq, cursor: '' });
    }
    if (this.events.length > MOST_ENTRIES) this.events = this.events.slice(-MOST_ENTRIES / 2);
  }

  /** The agent told with a piece of audio which of its words are in it. */
  spelt(eventId: number, text: string): void {
    this.spelled.set(eventId, (this.spelled.get(eventId) ?? '') + text);
    if (this.spelled.size > MOST_ENTRIES) this.spelled.delete([...this.spelled.keys()][0] ?? 0);
  }

  /** Undefined where the agent never told. */
  spellingOf(eventId: number): string | undefined {
    return this.spelled.get(eventId);
  }

  /** Whether the agent speaks first in its conversations, as this one has shown. */
  get agentGreets(): boolean {
    return this.firstSpeaker === 'agent';
  }

  /** Names of tools that have not answered. */
  get running(): readonly string[] {
    return [...this.asked.values()];
  }

  /** The highest id of a response that is on record. */
  get newestEventId(): number {
    return this.events.reduce((newest, { details: { eventId } }) => {
      return typeof eventId === 'number' && eventId > newest ? eventId : newest;
    }, 0);
  }

  get turns(): readonly Turn[] {
    return transcriptOf(this.events);
  }

  /** What the agent said, oldest first. */
  get said(): readonly { readonly text: string; readonly eventId: number }[] {
    return this.events.flatMap(({ type, details: { text, eventId } }) =>
      type === 'turn.agent' && typeof text === 'string' && typeof eventId === 'number'
        ? [{ text, eventId }]
        : [],
    );
  }
}
