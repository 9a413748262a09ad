/**
 * The only writer of calls: machine, store, feed, in that order, one fact of a call at a time.
 */
import { Injectable } from '@nestjs/common';
import { applyCallEvent, type CallEvent } from '../core/call/call-machine.js';
import { CallStore } from '../core/call/call.store.js';
import type { Call } from '../core/call/call.js';
import { Clock } from '../core/clock.js';
import type { CallId } from '../core/ids.js';
import { CallFeed } from './call-feed.js';

/** Another replica may write between our read and our write; each try reads again. */
const MAX_TRIES = 10;

@Injectable()
export class CallJournal {
  private readonly queues = new Map<CallId, Promise<unknown>>();

  constructor(
    private readonly store: CallStore,
    private readonly feed: CallFeed,
    private readonly clock: Clock,
  ) {}

  async create(call: Call): Promise<Call> {
    await this.store.insert(call);
    this.feed.publish({ type: 'created', call });
    return call;
  }

  /** The call after the fact, changed or not; undefined when there is no such call. */
  apply(id: CallId, event: CallEvent): Promise<Call | undefined> {
    const after = (this.queues.get(id) ?? Promise.resolve()).then(() => this.write(id, event));
    const tail = after.catch(() => undefined);
    this.queues.set(id, tail);
    void tail.finally(() => {
      if (this.queues.get(id) === tail) this.queues.delete(id);
    });
    return after;
  }

  private async write(id: CallId, event: CallEvent): Promise<Call | undefined> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const before = await this.store.find(id);
      if (!before) return undefined;
      const call = applyCallEvent(before, event, this.clock.now());
      if (!call) {
        this.feed.publish({ type: 'ignored', call: before, event });
        return before;
      }
      if (await this.store.replace(call)) {
        this.feed.publish({ type: 'changed', call, before, event });
        return call;
      }
    }
    throw new Error(`the record of ${id} was written by others ${MAX_TRIES} times in a row`);
  }
}
