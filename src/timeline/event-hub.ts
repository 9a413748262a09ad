/**
 * Wakes the readers of timelines when something was written, by whatever replica, and lets readers that stand at the same place
 * share one read. It carries no events: everybody reads them from the store, so that stored and live ones are one sequence.
 */
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CallStore, type CallNotice } from '../core/call/call.store.js';
import type { TimelineEvent } from '../core/call/timeline.js';
import type { CallId } from '../core/ids.js';
import { messageOf } from './event-view.js';

/** One call, or all of them. */
export type Scope = CallId | 'all';
export type Wake = (notice: CallNotice | 'missed') => void;

/** Events that were read together, ready to be sent to as many readers as want them. */
export interface Page {
  readonly events: readonly TimelineEvent[];
  readonly messages: Buffer;
  /** Whether there may be more behind them. */
  readonly isFull: boolean;
}

/**
 * What a reader holds in memory at most. Larger pages hardly read faster: the way to the database is a small part of the time
 * that a hundred events take.
 */
export const PAGE_EVENTS = 100;

@Injectable()
export class EventHub implements OnApplicationShutdown {
  private readonly wakes = new Map<Scope, Set<Wake>>();
  /** Reads under way that began after the last notice, by where they begin. */
  private readonly reads = new Map<Scope, Map<string, Promise<Page>>>();
  private readonly unwatch: () => void;

  constructor(private readonly store: CallStore) {
    this.unwatch = store.watch((notice) => this.tell(notice));
  }

  onApplicationShutdown(): void {
    this.unwatch();
  }

  /** @returns what stops it. */
  follow(scope: Scope, wake: Wake): () => void {
    const wakes = this.wakes.get(scope) ?? new Set();
    this.wakes.set(scope, wakes.add(wake));
    return () => {
      wakes.delete(wake);
      if (wakes.size === 0 && this.wakes.get(scope) === wakes) this.wakes.delete(scope);
    };
  }

  /** @throws CordboardError `store-away`. */
  ofCall(id: CallId, afterSeq: number): Promise<Page> {
    return this.shared(id, String(afterSeq), async () => {
      const events = await this.store.events(id, afterSeq, PAGE_EVENTS);
      return pageOf(events, ({ seq }) => String(seq));
    });
  }

  /** @throws CordboardError `store-away`. */
  ofAll(cursor: string): Promise<Page> {
    return this.shared('all', cursor, async () => {
      const page = await this.store.eventsOfAll(cursor, PAGE_EVENTS);
      return pageOf(page?.events ?? [], (event) => event.cursor);
    });
  }

  private tell(notice: CallNotice | 'missed'): void {
    // Whoever is woken now must not be given a read that began before.
    if (notice === 'missed') this.reads.clear();
    else for (const scope of [notice.callId, 'all'] as const) this.reads.delete(scope);
    const scopes = notice === 'missed' ? this.wakes.keys() : [notice.callId, 'all' as const];
    for (const scope of scopes) for (const wake of this.wakes.get(scope) ?? []) wake(notice);
  }

  private shared(scope: Scope, from: string, read: () => Promise<Page>): Promise<Page> {
    const reads = this.reads.get(scope) ?? new Map<string, Promise<Page>>();
    this.reads.set(scope, reads);
    const known = reads.get(from);
    if (known) return known;
    const page = read().finally(() => {
      reads.delete(from);
      if (reads.size === 0 && this.reads.get(scope) === reads) this.reads.delete(scope);
    });
    reads.set(from, page);
    return page;
  }
}

function pageOf(events: readonly TimelineEvent[], placeOf: (event: TimelineEvent) => string): Page {
  const messages = Buffer.from(events.map((event) => messageOf(event, placeOf(event))).join(''));
  return { events, messages, isFull: events.length === PAGE_EVENTS };
}
