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

export class ConversationMemory {
  private events: TimelineEvent[] = [];
  private seq = 0;
  private firstSpeaker: 'agent' | 'caller' | undefined;
  private readonly spelled = new Map<number, string>();
  private readonly asked = new Map<string, string>();

  constructor(private readonly callId: CallId) {}

  note(fact: BridgeFact, at: number): void {
    if (fact.type === 'agent-said') this.firstSpeaker ??= 'agent';
    if (fact.type === 'caller-said' || fact.type === 'digits') this.firstSpeaker ??= 'caller';
    if (fact.type === 'tool-called') this.asked.set(fact.call.id, fact.call.name);
    if (fact.type === 'tool-answered') this.asked.delete(fact.call.id);
    for (const entry of entriesOfFact(fact, at)) {
      this.seq += 1;
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
