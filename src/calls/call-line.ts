/**
 * The facts of one call on their way to the store, in order: what has gathered while one write is under way goes with the next.
 * While the store is away the call goes on in memory, and what happened is written as soon as the store is back.
 */
import { randomUUID } from 'node:crypto';
import { isFinal, type Call, type CallCost } from '../core/call/call.js';
import { applyCallEvent, type CallEvent } from '../core/call/call-machine.js';
import type { Batch, CallStore } from '../core/call/call.store.js';
import { entriesOfChange, type TimelineEntry } from '../core/call/timeline.js';
import { CordboardError } from '../core/errors.js';
import type { CallId } from '../core/ids.js';
import type { CallNews } from './call-feed.js';

export interface Fact {
  /** Milliseconds since the Unix epoch: when it happened, not when it is written. */
  readonly at: number;
  readonly event?: CallEvent;
  readonly entries?: readonly TimelineEntry[];
}

/** The call after a fact; undefined when there is no such call. */
export interface Written {
  readonly call: Call | undefined;
  /** Whether the fact changed it, rather than coming late or twice. */
  readonly isNew: boolean;
}

interface Pending extends Fact {
  resolve(written: Written): void;
  reject(error: unknown): void;
}

export interface LineParts {
  readonly id: CallId;
  readonly store: CallStore;
  publish(news: CallNews): void;
  /** What an ended call is taken to cost: it goes on record with the end, so that no moment counts it for nothing. */
  costAtEnd(call: Call): CallCost;
  /** The call as this replica last saw it. */
  held(): Call | undefined;
  hold(call: Call): void;
  /** Facts had to be accepted without the store; `retry` is to be called until it says that nothing is left. */
  owes(): void;
  lost(error: unknown, facts: number): void;
  /** Nothing is under way and nothing is owed. */
  idle(): void;
}

interface Folded {
  readonly before: Call;
  readonly call: Call;
  readonly entries: readonly TimelineEntry[];
  readonly news: readonly CallNews[];
  /** Those that changed the call. */
  readonly effective: ReadonlySet<Fact>;
}

/** Another replica may write between our read and our write; each try reads again. */
const MAX_TRIES = 20;

export class CallLine {
  private waiting: Pending[] = [];
  private backlog: { readonly name: string; readonly facts: readonly Fact[] }[] = [];
  private wantsLook = false;
  private running = false;

  constructor(private readonly parts: LineParts) {}

  get owed(): number {
    return this.backlog.reduce((sum, { facts }) => sum + facts.length, 0);
  }

  write(fact: Fact): Promise<Written> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...fact, resolve, reject });
      void this.run();
    });
  }

  /** Somebody else wrote: looks what is on record now, behind whatever of ours is under way. */
  look(): void {
    this.wantsLook = true;
    void this.run();
  }

  /** Whether everything is on record now. */
  async retry(): Promise<boolean> {
    if (!this.running) {
      this.running = true;
      await this.settle();
      this.running = false;
      await this.run();
    }
    return this.backlog.length === 0;
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    // What is told in one tick is one write.
    await Promise.resolve();
    while (this.waiting.length > 0 || this.wantsLook) {
      const facts = this.waiting;
      this.waiting = [];
      if (facts.length > 0) await this.take(facts);
      else await this.refresh();
    }
    this.running = false;
    if (this.backlog.length === 0) this.parts.idle();
  }

  private async take(facts: readonly Pending[]): Promise<void> {
    const name = randomUUID();
    try {
      if (this.backlog.length > 0) throw new CordboardError('store-away');
      const held = this.parts.held();
      const folded = await this.commit(name, facts, held);
      if (folded) {
        this.learn(held, folded.before);
        this.tell(folded, facts);
      } else for (const fact of facts) fact.resolve({ call: undefined, isNew: false });
    } catch (error) {
      if (isAway(error) ? this.accept(name, facts) : await this.takeSingly(facts)) return;
      for (const fact of facts) fact.reject(error);
    }
  }

  /** One fact that is refused must not take with it what happened to gather beside it. */
  private async takeSingly(facts: readonly Pending[]): Promise<boolean> {
    if (facts.length < 2) return false;
    for (const fact of facts) await this.take([fact]);
    return true;
  }

  /** Writes the facts onto the record as it is. Undefined when there is no such call. */
  private async commit(name: string, facts: readonly Fact[], held?: Call): Promise<Folded | undefined> {
    const { id, store } = this.parts;
    let before = held ?? (await store.find(id));
    for (let tries = 0; before && tries < MAX_TRIES; tries += 1) {
      const folded = fold(before, facts, this.parts);
      if (await this.put(folded, { name, entries: folded.entries })) return folded;
      before = await store.find(id);
    }
    if (before) throw new Error(`the record of ${id} was written by others ${MAX_TRIES} times in a row`);
    return undefined;
  }

  private put({ before, call, entries }: Folded, batch: Batch): Promise<boolean> {
    if (call !== before) return this.parts.store.replace(call, batch);
    return entries.length > 0 ? this.parts.store.append(call.id, batch) : Promise.resolve(true);
  }

  /** What another replica had written in between would not be told by its notice any more: the record here is newer by then. */
  private learn(held: Call | undefined, found: Call): void {
    if (!held || held.version === found.version) return;
    this.parts.hold(found);
    this.parts.publish({ type: 'refreshed', call: found, before: held });
  }

  private tell({ call, news, effective }: Folded, facts: readonly Pending[]): void {
    this.parts.hold(call);
    for (const one of news) this.parts.publish(one);
    for (const fact of facts) fact.resolve({ call, isNew: effective.has(fact) });
  }

  /** Goes on without the store, from what is held here. False when nothing is: then nobody here carries the call. */
  private accept(name: string, facts: readonly Pending[]): boolean {
    const held = this.parts.held();
    if (!held) return false;
    this.backlog.push({ name, facts });
    this.parts.owes();
    this.tell(fold(held, facts, this.parts), facts);
    return true;
  }

  private async settle(): Promise<void> {
    for (let first = this.backlog[0]; first; first = this.backlog[0]) {
      try {
        // A write whose answer was lost may have taken place.
        if (!(await this.parts.store.hasBatch(this.parts.id, first.name))) {
          await this.commit(first.name, first.facts);
        }
      } catch (error) {
        if (isAway(error)) return;
        if (first.facts.length > 1) {
          const singly = first.facts.map((fact) => ({ name: randomUUID(), facts: [fact] }));
          this.backlog.splice(0, 1, ...singly);
          continue;
        }
        this.parts.lost(error, first.facts.length);
      }
      this.backlog.shift();
    }
    this.wantsLook = true;
  }

  private async refresh(): Promise<void> {
    this.wantsLook = false;
    const before = this.parts.held();
    if (!before || this.backlog.length > 0) return;
    try {
      const call = await this.parts.store.find(this.parts.id);
      if (!call) return;
      this.parts.hold(call);
      if (call.version !== before.version) this.parts.publish({ type: 'refreshed', call, before });
    } catch {
      // The store is away: when it is back, everybody is told that they may have missed something.
    }
  }
}

/** The record after the facts, in one version, with what is to be entered and told. Pure. */
function fold(before: Call, facts: readonly Fact[], { costAtEnd }: Pick<LineParts, 'costAtEnd'>): Folded {
  let call = before;
  const entries: TimelineEntry[] = [];
  const news: CallNews[] = [];
  const effective = new Set<Fact>();
  for (const fact of facts) {
    const { at, event, entries: given = [] } = fact;
    entries.push(...given);
    if (!event) continue;
    const next = applyCallEvent(call, event, at);
    if (next) {
      const isEnd = isFinal(next.status) && !isFinal(call.status);
      const after = {
        ...next,
        version: before.version + 1,
        cost: isEnd ? costAtEnd(next) : next.cost,
      };
      // Before the end itself, which is what readers of the timeline wait for.
      if (isEnd) entries.push({ type: 'cost.changed', at, details: { ...after.cost } });
      entries.push(...entriesOfChange(call, after, event, at));
      news.push({ type: 'changed', call: after, before: call, event });
      effective.add(fact);
      call = after;
    } else news.push({ type: 'ignored', call, event });
  }
  return { before, call, entries, news, effective };
}

function isAway(error: unknown): boolean {
  return error instanceof CordboardError && error.code === 'store-away';
}
