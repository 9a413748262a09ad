/**
 * The store of calls as a fake: everything in memory, and it can be sent away like a database that is down.
 */
import { isFinal, type Call } from '../../src/core/call/call.js';
import {
  CallStore,
  type Batch,
  type Budget,
  type Cap,
  type CallFilter,
  allows,
  type CallNotice,
  type CallPage,
  type EntryRefusal,
  type EntryTerms,
  type EventPage,
} from '../../src/core/call/call.store.js';
import { DETAILS_WITH_WORDS as WITH_WORDS, type TimelineEvent } from '../../src/core/call/timeline.js';
import { CordboardError } from '../../src/core/errors.js';
import type { CallId } from '../../src/core/ids.js';

export class MemoryCallStore extends CallStore {
  /** Set by a test: every method rejects, and nothing is written. */
  isAway = false;
  private readonly calls = new Map<CallId, Call>();
  private readonly reserved = new Map<CallId, number>();
  private readonly destinations = new Map<CallId, string>();
  private readonly timeline: (TimelineEvent & { readonly batch: string })[] = [];
  private readonly listeners = new Set<(notice: CallNotice | 'missed') => void>();

  insert(
    call: Call,
    batch: Batch,
    { reserveUsdMicros, budget, caps = [], destination }: EntryTerms = { reserveUsdMicros: 0 },
  ): Promise<EntryRefusal | undefined> {
    return this.here(() => {
      this.refuseDouble(call);
      if (budget && !allows(budget, this.spent(budget), reserveUsdMicros)) return { of: 'budget' };
      for (const cap of caps) {
        const oldest = this.counted(destination, call.placedBy, cap)[cap.most - 1];
        if (oldest) return { of: 'cap', cap, oldestAt: oldest.times.createdAt };
      }
      this.calls.set(call.id, call);
      this.reserved.set(call.id, reserveUsdMicros);
      if (destination !== undefined) this.destinations.set(call.id, destination);
      this.enter(call.id, batch);
      return undefined;
    });
  }

  /** As the unique indexes of a database do. */
  private refuseDouble({ id, twilioCallSid }: Call): void {
    for (const call of this.calls.values()) {
      if (call.id === id || (twilioCallSid !== null && call.twilioCallSid === twilioCallSid))
        throw new Error(`${call.id} has that id`);
    }
  }

  replace(call: Call, batch: Batch): Promise<boolean> {
    return this.here(() => {
      if (this.calls.get(call.id)?.version !== call.version - 1) return false;
      this.calls.set(call.id, call);
      this.enter(call.id, batch);
      return true;
    });
  }

  append(id: CallId, batch: Batch): Promise<boolean> {
    return this.here(() => {
      if (!this.calls.has(id)) return false;
      if (this.timeline.some((event) => event.callId === id && event.batch === batch.name)) return true;
      this.enter(id, batch);
      return true;
    });
  }

  hasBatch(id: CallId, name: string): Promise<boolean> {
    return this.here(() => this.timeline.some(({ callId, batch }) => callId === id && batch === name));
  }

  find(id: CallId): Promise<Call | undefined> {
    return this.here(() => this.calls.get(id));
  }

  findBySid(twilioCallSid: string): Promise<Call | undefined> {
    return this.here(() => [...this.calls.values()].find((call) => call.twilioCallSid === twilioCallSid));
  }

  findByConversation(conversationId: string): Promise<Call | undefined> {
    return this.here(() => [...this.calls.values()].find((call) => call.conversationId === conversationId));
  }

  list(filter: CallFilter, limit: number, cursor?: string): Promise<CallPage | undefined> {
    return this.here(() => {
      const newestFirst = [...this.calls.values()].toSorted(
        (a, b) => b.times.createdAt - a.times.createdAt || (a.id < b.id ? 1 : -1),
      );
      const after = cursor === undefined ? -1 : newestFirst.findIndex((call) => call.id === cursor);
      if (cursor !== undefined && after === -1) return undefined;
      const found = newestFirst.slice(after + 1).filter((call) => matches(call, filter));
      const calls = found.slice(0, limit);
      return { calls, nextCursor: found.length > limit ? (calls.at(-1)?.id ?? null) : null };
    });
  }

  countLive(): Promise<number> {
    return this.here(() => [...this.calls.values()].filter(({ status }) => !isFinal(status)).length);
  }

  events(id: CallId, afterSeq: number, limit: number): Promise<readonly TimelineEvent[]> {
    return this.here(() =>
      this.timeline
        .filter(({ callId, seq }) => callId === id && seq > afterSeq)
        .slice(0, limit)
        .map((event) => bare(event)),
    );
  }

  eventsOfAll(cursor: string | undefined, limit: number): Promise<EventPage | undefined> {
    return this.here(() => {
      if (cursor === undefined) return { events: [], cursor: String(this.timeline.length) };
      if (!/^\d+$/.test(cursor)) return undefined;
      const events = this.timeline.slice(Number(cursor), Number(cursor) + limit).map((event) => bare(event));
      return { events, cursor: events.at(-1)?.cursor ?? cursor };
    });
  }

  watch(listener: (notice: CallNotice | 'missed') => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  check(): Promise<void> {
    return this.here(() => undefined);
  }

  /** As if another replica had written while the connection that tells of it was lost. */
  replaceSilently(call: Call): void {
    this.calls.set(call.id, call);
  }

  /** As if that connection were back. */
  missNotices(): void {
    for (const listener of this.listeners) listener('missed');
  }

  private takeWordsOut(callId: CallId): void {
    for (const [place, event] of this.timeline.entries()) {
      if (event.callId !== callId) continue;
      const details = Object.fromEntries(
        Object.entries(event.details).filter(([field]) => !(WITH_WORDS as readonly string[]).includes(field)),
      );
      this.timeline[place] = { ...event, details };
    }
  }

  private enter(callId: CallId, { name, entries }: Batch): void {
    for (const entry of entries) {
      const seq = this.timeline.filter((event) => event.callId === callId).length + 1;
      this.timeline.push({ ...entry, callId, seq, cursor: String(this.timeline.length + 1), batch: name });
    }
    if (this.calls.get(callId)?.erased.transcript) this.takeWordsOut(callId);
    const seq = this.timeline.filter((event) => event.callId === callId).length;
    const { version = 0, webhookUrl = null } = this.calls.get(callId) ?? {};
    const notice = { callId, version, seq, isPosted: webhookUrl !== null };
    for (const listener of this.listeners) listener(notice);
  }

  /** The newest first. */
  private counted(destination: string | undefined, placedBy: string | null, { of, since }: Cap): Call[] {
    return [...this.calls.values()]
      .filter((call) => call.direction === 'outbound' && call.times.createdAt > since)
      .filter((call) =>
        of === 'destination' ? this.destinations.get(call.id) === destination : call.placedBy === placedBy,
      )
      .toSorted((a, b) => b.times.createdAt - a.times.createdAt);
  }

  private spent({ since }: Budget): number {
    let sum = 0;
    for (const { id, status, cost, times } of this.calls.values()) {
      if (times.createdAt < since) continue;
      const known = (cost.telephony?.usdMicros ?? 0) + (cost.agent?.usdMicros ?? 0);
      sum += isFinal(status) ? known : Math.max(known, this.reserved.get(id) ?? 0);
    }
    return sum;
  }

  private async here<Result>(act: () => Result): Promise<Result> {
    if (this.isAway) throw new CordboardError('store-away');
    return act();
  }
}

function bare({ batch: _batch, ...event }: TimelineEvent & { batch: string }): TimelineEvent {
  return event;
}

function matches(call: Call, filter: CallFilter): boolean {
  return (
    (filter.status === undefined || call.status === filter.status) &&
    (filter.to === undefined || call.to === filter.to) &&
    (filter.agentId === undefined || call.agentId === filter.agentId) &&
    (filter.campaignId === undefined || call.campaignId === filter.campaignId) &&
    (filter.createdFrom === undefined || call.times.createdAt >= filter.createdFrom) &&
    (filter.createdTo === undefined || call.times.createdAt <= filter.createdTo)
  );
}
