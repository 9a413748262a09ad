/**
 * Calls in the memory of this process: gone with it. Ended calls are forgotten, oldest first, beyond a bound.
 */
import { Injectable } from '@nestjs/common';
import { isFinal, type Call } from '../core/call/call.js';
import { CallStore, type CallFilter, type CallPage } from '../core/call/call.store.js';
import type { CallId } from '../core/ids.js';

/** About 20 MB at 2 kB a call. */
const MAX_ENDED = 10_000;

@Injectable()
export class MemoryCallStore extends CallStore {
  /** Insertion order is order of creation. */
  private readonly calls = new Map<CallId, Call>();
  private readonly bySid = new Map<string, CallId>();
  private live = 0;

  insert(call: Call): Promise<void> {
    this.calls.set(call.id, call);
    this.index(call);
    if (!isFinal(call.status)) this.live += 1;
    this.forgetOldest();
    return Promise.resolve();
  }

  replace(call: Call): Promise<boolean> {
    const before = this.calls.get(call.id);
    if (!before || before.version !== call.version - 1) return Promise.resolve(false);
    this.calls.set(call.id, call);
    this.index(call);
    if (!isFinal(before.status) && isFinal(call.status)) this.live -= 1;
    return Promise.resolve(true);
  }

  find(id: CallId): Promise<Call | undefined> {
    return Promise.resolve(this.calls.get(id));
  }

  findBySid(twilioCallSid: string): Promise<Call | undefined> {
    const id = this.bySid.get(twilioCallSid);
    return Promise.resolve(id && this.calls.get(id));
  }

  list(filter: CallFilter, limit: number, cursor?: string): Promise<CallPage | undefined> {
    const newestFirst = [...this.calls.values()].toReversed();
    const after = cursor === undefined ? -1 : newestFirst.findIndex((call) => call.id === cursor);
    if (cursor !== undefined && after === -1) return Promise.resolve(undefined);
    const found = newestFirst.slice(after + 1).filter((call) => matches(call, filter));
    const calls = found.slice(0, limit);
    return Promise.resolve({ calls, nextCursor: found.length > limit ? (calls.at(-1)?.id ?? null) : null });
  }

  countLive(): Promise<number> {
    return Promise.resolve(this.live);
  }

  check(): Promise<void> {
    return Promise.resolve();
  }

  private index(call: Call): void {
    if (call.twilioCallSid !== null) this.bySid.set(call.twilioCallSid, call.id);
  }

  private forgetOldest(): void {
    if (this.calls.size - this.live <= MAX_ENDED) return;
    for (const [id, call] of this.calls) {
      if (!isFinal(call.status)) continue;
      this.calls.delete(id);
      if (call.twilioCallSid !== null) this.bySid.delete(call.twilioCallSid);
      return;
    }
  }
}

function matches(call: Call, filter: CallFilter): boolean {
  return (
    (filter.status === undefined || call.status === filter.status) &&
    (filter.to === undefined || call.to === filter.to) &&
    (filter.agentId === undefined || call.agentId === filter.agentId) &&
    (filter.createdFrom === undefined || call.times.createdAt >= filter.createdFrom) &&
    (filter.createdTo === undefined || call.times.createdAt <= filter.createdTo)
  );
}
