/**
 * The only writer of calls: machine, store, feed, in that order, the facts of a call one after the other. What it holds in
 * memory are the open calls that passed through here, so that they go on while the store is away.
 */
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { isFinal, type Call } from '../core/call/call.js';
import type { CallEvent } from '../core/call/call-machine.js';
import { CallStore, type EntryRefusal, type EntryTerms } from '../core/call/call.store.js';
import { entriesOfCreation, type TimelineEntry, type TimelineEvent } from '../core/call/timeline.js';
import { Clock } from '../core/clock.js';
import { costAtEnd } from '../core/cost/estimate.js';
import { CordboardError } from '../core/errors.js';
import type { CallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER, BACKGROUND_CLOCK } from '../ops/tokens.js';
import { CallFeed } from './call-feed.js';
import { CallLine, type Written } from './call-line.js';
import { CostRates } from './cost-rates.js';

/** How often the store is tried again while something is owed to it. A store that is away refuses at once. */
const RETRY_MS = 250;

@Injectable()
export class CallJournal implements OnApplicationShutdown {
  private readonly lines = new Map<CallId, CallLine>();
  private readonly held = new Map<CallId, Call>();
  private readonly unwatch: () => void;
  private isRetrying = false;
  private isOver = false;

  constructor(
    private readonly store: CallStore,
    private readonly feed: CallFeed,
    private readonly clock: Clock,
    @Inject(BACKGROUND_CLOCK) private readonly background: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
    private readonly rates: CostRates,
  ) {
    this.unwatch = store.watch((notice) => {
      if (notice === 'missed') for (const id of this.held.keys()) this.lineOf(id).look();
      else if ((this.held.get(notice.callId)?.version ?? Infinity) < notice.version)
        this.lineOf(notice.callId).look();
    });
  }

  onApplicationShutdown(): void {
    this.isOver = true;
    this.unwatch();
    if (this.owed > 0) this.logger.error({ facts: this.owed }, 'facts of calls were never written');
  }

  /** How many facts happened that the store does not have yet. */
  get owed(): number {
    let sum = 0;
    for (const line of this.lines.values()) sum += line.owed;
    return sum;
  }

  /**
   * @returns why the call may not come in; undefined: it is on record.
   * @throws CordboardError `store-away`: no call without a record.
   */
  async create(call: Call, terms?: EntryTerms): Promise<EntryRefusal | undefined> {
    const batch = { name: 'created', entries: entriesOfCreation(call) };
    const refusal = await this.store.insert(call, batch, terms);
    if (refusal) return refusal;
    this.hold(call);
    this.feed.publish({ type: 'created', call });
    return undefined;
  }

  /** The call after the fact, changed or not; undefined when there is no such call. */
  async apply(id: CallId, event: CallEvent): Promise<Call | undefined> {
    return (await this.write(id, event)).call;
  }

  /** The same, and whether it was this fact that changed the call. */
  write(id: CallId, event: CallEvent): Promise<Written> {
    return this.lineOf(id).write({ at: this.clock.now(), event });
  }

  /** Enters what changes nothing on the record. */
  async note(id: CallId, entries: readonly TimelineEntry[]): Promise<void> {
    if (entries.length > 0) await this.lineOf(id).write({ at: this.clock.now(), entries });
  }

  /** The call after all that was told of it here so far; undefined when there is no such call. */
  async current(id: CallId): Promise<Call | undefined> {
    return (await this.lineOf(id).write({ at: this.clock.now() })).call;
  }

  /** What happened in the call so far; nothing while the store is away. */
  async story(id: CallId, most: number): Promise<readonly TimelineEvent[]> {
    try {
      return await this.store.events(id, 0, most);
    } catch (error) {
      if (error instanceof CordboardError && error.code === 'store-away') return [];
      throw error;
    }
  }

  /** The call on record; while the store is away, as this replica last saw it. */
  async find(id: CallId): Promise<Call | undefined> {
    return this.orHeld(
      () => this.store.find(id),
      (call) => call.id === id,
    );
  }

  /** The same by the carrier's id. */
  async findBySid(twilioCallSid: string): Promise<Call | undefined> {
    return this.orHeld(
      () => this.store.findBySid(twilioCallSid),
      (call) => call.twilioCallSid === twilioCallSid,
    );
  }

  /** Keeps a call in mind that comes to this replica, so that it goes on here while the store is away. */
  keep(call: Call): void {
    if (!this.held.has(call.id)) this.hold(call);
  }

  isHeld(id: CallId): boolean {
    return this.held.has(id);
  }

  /** Makes a call of another replica one of this one: it is held here from now on. */
  adopt(call: Call): void {
    this.hold(call);
    this.feed.publish({ type: 'adopted', call });
  }

  /** Whether everything is on record, after waiting for it at most so long. */
  async settled(withinMs: number): Promise<boolean> {
    const until = this.background.now() + withinMs;
    while (this.owed > 0 && this.background.now() < until) {
      await new Promise<void>((resolve) => void this.background.after(RETRY_MS, resolve));
    }
    return this.owed === 0;
  }

  private async orHeld(
    read: () => Promise<Call | undefined>,
    isIt: (call: Call) => boolean,
  ): Promise<Call | undefined> {
    try {
      return await read();
    } catch (error) {
      const held = [...this.held.values()].find((call) => isIt(call));
      if (held && error instanceof CordboardError && error.code === 'store-away') return held;
      throw error;
    }
  }

  private hold(call: Call): void {
    // What is owed of an ended call is written from its line, which needs no copy.
    if (isFinal(call.status) && !this.lines.get(call.id)?.owed) this.held.delete(call.id);
    else this.held.set(call.id, call);
  }

  private lineOf(id: CallId): CallLine {
    const known = this.lines.get(id);
    if (known) return known;
    const line: CallLine = new CallLine({
      id,
      store: this.store,
      publish: (news) => {
        this.feed.publish(news);
      },
      costAtEnd: (call) => costAtEnd(call, this.rates),
      held: () => this.held.get(id),
      hold: (call) => {
        this.hold(call);
      },
      owes: () => {
        this.retryLater();
      },
      lost: (error, facts) => {
        this.logger.error({ callId: id, err: error, facts }, 'facts of a call could not be written');
      },
      idle: () => {
        if (!this.held.has(id)) this.lines.delete(id);
      },
    });
    this.lines.set(id, line);
    return line;
  }

  private retryLater(): void {
    if (this.isRetrying || this.isOver) return;
    this.isRetrying = true;
    this.background.after(RETRY_MS, () => {
      void this.retry();
    });
  }

  private async retry(): Promise<void> {
    await Promise.all([...this.lines.values()].map((line) => line.retry()));
    this.isRetrying = false;
    // Not what the lines answered: more may be owed since.
    if (this.owed > 0) this.retryLater();
  }
}
