/**
 * A thousand events a second, written by two replicas into one call, on both routes, to readers that follow, come back and lag:
 * no gap, no double, and no more in memory than a page for each.
 */
import type { Server, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Call } from '../../src/core/call/call.js';
import type { CallStore } from '../../src/core/call/call.store.js';
import type { Database } from '../../src/persistence/database.js';
import { PostgresCallStore } from '../../src/persistence/postgres.call-store.js';
import { PAGE_EVENTS } from '../../src/timeline/event-hub.js';
import { T0 } from '../support/builders.js';
import { newDatabaseUrl, openDatabase } from '../support/test-database.js';
import { SseReader, type SseMessage } from './sse-reader.js';
import { TimelineRig, upTo } from './timeline-rig.js';

const SECONDS = 5;
const EVENTS_PER_SECOND = 1000;
const WRITERS = 2;
const BATCH = 10;
/** So much that what a lagging reader leaves does not fit into the kernel's buffers. */
const WORDS = 'x'.repeat(3000);
const MESSAGE_BYTES = WORDS.length + 400;

/** A reader over all its connections. */
class Chain {
  readonly messages: SseMessage[] = [];
  connections = 0;
  private reader: SseReader | undefined;

  constructor(
    private readonly rig: TimelineRig,
    private readonly path: string,
    private lastEventId?: string,
  ) {}

  async connect(): Promise<SseReader> {
    this.leave();
    this.connections += 1;
    this.reader = await this.rig.follow(this.path, this.lastEventId);
    return this.reader;
  }

  /** Goes without a word, with whatever has not been parsed. */
  leave(): void {
    if (!this.reader) return;
    this.reader.close();
    this.lastEventId = this.reader.lastEventId;
    this.messages.push(...this.reader.messages.splice(0));
  }

  get count(): number {
    return this.messages.length + (this.reader?.messages.length ?? 0);
  }

  /** Follows to the last event. */
  async follow(count: number): Promise<void> {
    const reader = await this.connect();
    await reader.until(() => this.count >= count, 60_000);
    this.leave();
  }

  /** Comes back at moments that nobody chose. */
  async hop(count: number): Promise<void> {
    let random = 4711;
    while (this.count < count) {
      random = (random * 48_271) % 0x7f_ff_ff_ff;
      const enough = Math.min(count, this.count + (random % 400));
      const reader = await this.connect();
      await reader.until(() => this.count >= enough, 60_000);
      this.leave();
    }
  }

  /** Reads nothing until everything is written. */
  async lag(count: number, written: Promise<unknown>): Promise<void> {
    const reader = await this.connect();
    reader.pause();
    await written;
    reader.resume();
    await reader.until(() => this.count >= count, 60_000);
    this.leave();
  }
}

/** At its share of the rate, for as long as it takes. */
async function write(store: CallStore, call: Call, writer: number): Promise<void> {
  const batches = (EVENTS_PER_SECOND * SECONDS) / BATCH / WRITERS;
  const began = performance.now();
  for (let batch = 0; batch < batches; batch += 1) {
    const entries = upTo(BATCH).map((place) => ({
      type: 'tool.answered' as const,
      at: T0,
      details: { writer, batch, place, text: WORDS },
    }));
    await store.append(call.id, { name: `${writer}:${batch}`, entries });
    await pause(Math.max(0, began + ((batch + 1) * SECONDS * 1000) / batches - performance.now()));
  }
}

describe('a thousand events a second', () => {
  const databases: Database[] = [];
  let rig: TimelineRig;
  let writers: CallStore[];
  const responses = new Set<ServerResponse>();
  let mostBuffered = 0;

  beforeAll(async () => {
    const url = await newDatabaseUrl();
    const open = (replica: string): CallStore => {
      const database = openDatabase(url);
      databases.push(database);
      return new PostgresCallStore(database, replica);
    };
    rig = await TimelineRig.start(measured(open('reading')));
    (rig.app.getHttpServer() as Server).on('request', (_request, response: ServerResponse) => {
      responses.add(response);
      response.once('close', () => responses.delete(response));
    });
    writers = upTo(WRITERS).map((replica) => open(`writing ${replica}`));
  });

  afterAll(async () => {
    await rig.stop();
    for (const database of databases) await database.close();
  });

  /** Looks at what waits for each peer whenever more is about to be read for one. */
  function measured(store: CallStore): CallStore {
    const look = (): void => {
      for (const { writableLength } of responses) mostBuffered = Math.max(mostBuffered, writableLength);
    };
    const [events, eventsOfAll] = [store.events.bind(store), store.eventsOfAll.bind(store)];
    store.events = (...asked) => (look(), events(...asked));
    store.eventsOfAll = (...asked) => (look(), eventsOfAll(...asked));
    return store;
  }

  it('reach every reader, each once and in order, with a bounded memory', async () => {
    const start = await rig.json<{ nextCursor: string }>('/events');
    const call = await rig.given();
    const total = EVENTS_PER_SECOND * SECONDS + 1;
    const ofCall = upTo(5).map(() => new Chain(rig, `/calls/${call.id}/events`));
    const ofAll = upTo(5).map(() => new Chain(rig, '/events', start.body.nextCursor));
    const written = Promise.all(writers.map((store, at) => write(store, call, at)));
    const read = [ofCall, ofAll].flatMap(([hopping, lagging, ...following]) => [
      hopping?.hop(total),
      lagging?.lag(total, written),
      ...following.map((chain) => chain.follow(total)),
    ]);
    await Promise.all([written, ...read]);

    for (const { messages } of [...ofCall, ...ofAll])
      expect(messages.map(({ data }) => data['seq'])).toEqual(upTo(total));
    for (const { messages } of ofCall) expect(messages.map(({ id }) => id)).toEqual(upTo(total).map(String));
    const places = ofAll.map(({ messages }) => messages.map(({ id }) => id));
    for (const ids of places) expect(ids).toEqual(places[0]);
    // The test tests something: readers came back often, and a page did wait for one that lagged.
    expect(Math.min(ofCall[0]?.connections ?? 0, ofAll[0]?.connections ?? 0)).toBeGreaterThan(10);
    expect(mostBuffered).toBeGreaterThan(0);
    expect(mostBuffered).toBeLessThanOrEqual(PAGE_EVENTS * MESSAGE_BYTES);
  }, 90_000);
});
