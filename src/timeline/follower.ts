/**
 * A place in a timeline that moves on as it is read, of one call or of all. Knows when there is nothing more to come and when to
 * look again although nobody gave notice; knows nothing of the connection that it is read for.
 */
import type { CallNotice } from '../core/call/call.store.js';
import type { CallId } from '../core/ids.js';
import type { EventHub, Page, Scope } from './event-hub.js';

export interface Portion {
  /** Messages of an event stream, whole ones; undefined when there was nothing new. */
  readonly messages: Buffer | undefined;
  /** `more`: read on at once. `rest`: read on when woken. `over`: there is nothing more to come. */
  readonly next: 'more' | 'rest' | 'over';
  /** Look again after this time, also when nobody wakes. */
  readonly withinMs?: number;
}

export interface Follower {
  readonly scope: Scope;
  noticed(notice: CallNotice | 'missed'): void;
  /** @throws CordboardError `store-away`; then it stands where it stood. */
  read(): Promise<Portion>;
}

/** Reads a call up to its end. What comes later (cost, recording, analysis) is given to whoever asks again. */
export class CallFollower implements Follower {
  constructor(
    private readonly hub: EventHub,
    readonly scope: CallId,
    private afterSeq: number,
    private hasEnded: boolean,
  ) {}

  noticed(): void {
    // Numbers have no gaps and are seen in order, so every notice finds what it is about.
  }

  async read(): Promise<Portion> {
    const page = await this.hub.ofCall(this.scope, this.afterSeq);
    this.afterSeq = page.events.at(-1)?.seq ?? this.afterSeq;
    this.hasEnded ||= page.events.some(({ type }) => type === 'call.ended');
    return { messages: messagesIn(page), next: page.isFull ? 'more' : this.hasEnded ? 'over' : 'rest' };
  }
}

/**
 * The store shows events of all calls only up to the oldest transaction that is still under way, so what a notice was about may
 * appear a moment later and without another notice. Milliseconds between looks; after the last one the reader's own rhythm does.
 */
const LOOKS_MS = [10, 20, 40, 80, 160, 320, 640, 1000, 1000];
/** Any one of them makes the follower look, and a look finds them all. */
const MAX_EXPECTED = 1000;

export class AllFollower implements Follower {
  readonly scope = 'all';
  /** The last event that a notice was about, by call, until it was read. */
  private readonly expected = new Map<CallId, number>();
  /** The last events of the page before: a read may be quicker than the notice of what it finds. */
  private known: ReadonlyMap<CallId, number> = new Map();
  private looks = 0;

  constructor(
    private readonly hub: EventHub,
    private cursor: string,
  ) {}

  noticed(notice: CallNotice | 'missed'): void {
    if (notice === 'missed' || this.expected.size >= MAX_EXPECTED) return;
    if (notice.seq <= (this.known.get(notice.callId) ?? 0)) return;
    this.expected.set(notice.callId, notice.seq);
    this.looks = 0;
  }

  async read(): Promise<Portion> {
    const page = await this.hub.ofAll(this.cursor);
    this.cursor = page.events.at(-1)?.cursor ?? this.cursor;
    if (page.events.length > 0) this.known = new Map(page.events.map(({ callId, seq }) => [callId, seq]));
    for (const { callId, seq } of page.events)
      if (seq >= (this.expected.get(callId) ?? Infinity)) this.expected.delete(callId);
    const messages = messagesIn(page);
    if (page.isFull) return { messages, next: 'more' };
    const withinMs = this.expected.size > 0 ? LOOKS_MS[this.looks] : undefined;
    this.looks += 1;
    if (withinMs !== undefined) return { messages, next: 'rest', withinMs };
    // A change without an event gives notice too.
    this.expected.clear();
    return { messages, next: 'rest' };
  }
}

function messagesIn({ messages }: Page): Buffer | undefined {
  return messages.length > 0 ? messages : undefined;
}
