/** Timelines and transcripts as JSON, and what only a real database shows of a stream. */
import { Client } from 'pg';
import type { Database } from '../../src/persistence/database.js';
import { PostgresCallStore } from '../../src/persistence/postgres.call-store.js';
import type { CallStore } from '../../src/core/call/call.store.js';
import { T0 } from '../support/builders.js';
import { MemoryCallStore } from '../support/memory.call-store.js';
import { newDatabaseUrl, openDatabase } from '../support/test-database.js';
import { TimelineRig, seqsOf, upTo } from './timeline-rig.js';

interface EventList {
  readonly data: readonly { readonly seq: number; readonly type: string }[];
  readonly nextCursor: string | null;
}

describe('the timeline of a call as JSON', () => {
  let store: MemoryCallStore;
  let rig: TimelineRig;
  beforeEach(async () => {
    store = new MemoryCallStore();
    rig = await TimelineRig.start(store);
  });
  afterEach(() => rig.stop());

  it('comes page by page, each event once', async () => {
    const call = await rig.given();
    await rig.tell(call, 6);
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await rig.json<EventList>(`/calls/${call.id}/events?limit=3${query}`);
      seen.push(...body.data.map(({ seq }) => seq));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(upTo(7));
    // A page that fits exactly is the last, and whoever waits for more asks with the last number.
    expect((await rig.json<EventList>(`/calls/${call.id}/events?limit=7`)).body.nextCursor).toBeNull();
    await rig.tell(call);
    const { body } = await rig.json<EventList>(`/calls/${call.id}/events?cursor=7`);
    expect(body).toMatchObject({ data: [{ seq: 8 }], nextCursor: null });
  });

  it('has events as they are shown everywhere', async () => {
    const call = await rig.given();
    const { body } = await rig.json<EventList>(`/calls/${call.id}/events`);
    expect(body.data).toEqual([
      {
        id: `evt_${call.id.slice('call_'.length)}_1`,
        seq: 1,
        callId: call.id,
        type: 'call.created',
        at: new Date(T0).toISOString(),
        details: { direction: 'outbound', agentId: 'agent_1', status: 'queued', twilioCallSid: null },
      },
    ]);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['cursor=made-up', 'cursor'],
    ['cursor=9', 'cursor'],
    ['page=2', 'page'],
  ])('refuses %s by its name', async (query, field) => {
    const call = await rig.given();
    const { status, body } = await rig.json(`/calls/${call.id}/events?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'bad-input', errors: [{ field }] });
  });

  it('is of a call, and needs the store', async () => {
    expect((await rig.json('/calls/call_unknown/events')).status).toBe(404);
    expect((await rig.json('/calls/call_unknown/transcript')).status).toBe(404);
    const call = await rig.given();
    store.isAway = true;
    expect((await rig.json(`/calls/${call.id}/events`)).status).toBe(503);
    expect((await rig.json(`/calls/${call.id}/transcript`)).status).toBe(503);
    expect((await rig.json('/events')).status).toBe(503);
  });

  it('is a secret of those who have a key', async () => {
    const call = await rig.given();
    for (const path of [`/calls/${call.id}/events`, `/calls/${call.id}/transcript`, '/events'])
      expect((await fetch(`${rig.url}${path}`)).status).toBe(401);
  });
});

describe('the transcript of a call', () => {
  it('is given whole, also while the call goes on', async () => {
    const rig = await TimelineRig.start(new MemoryCallStore());
    try {
      const call = await rig.given();
      // More than are read at once.
      await rig.tell(call, 1001);
      const { body } = await rig.json<{ data: unknown[]; nextCursor: null }>(`/calls/${call.id}/transcript`);
      expect(body.data).toHaveLength(1001);
      expect(body.data[0]).toEqual({
        role: 'agent',
        text: 'word',
        heard: 'word',
        heardIs: 'played',
        at: new Date(T0).toISOString(),
      });
      expect(body.nextCursor).toBeNull();
    } finally {
      await rig.stop();
    }
  });
});

describe('a stream on Postgres', () => {
  const databases: Database[] = [];
  let url: string;
  let rig: TimelineRig;
  const open = (): CallStore => {
    const database = openDatabase(url);
    databases.push(database);
    return new PostgresCallStore(database, 'replica_1');
  };
  beforeEach(async () => {
    url = await newDatabaseUrl();
    rig = await TimelineRig.start(open());
  });
  afterEach(async () => {
    await rig.stop();
    for (const database of databases.splice(0)) await database.close();
  });

  it('shows what another replica writes', async () => {
    const call = await rig.given();
    const reader = await rig.stream(`/calls/${call.id}/events`);
    await reader.until(() => reader.messages.length === 1);
    const entries = [{ type: 'turn.agent' as const, at: T0, details: {} }];
    await open().append(call.id, { name: 'elsewhere', entries });
    await reader.until(() => reader.messages.length === 2);
    expect(seqsOf(reader)).toEqual([1, 2]);
  });

  it('of all calls gives what an older transaction held back once that is over, though nobody says so', async () => {
    const call = await rig.given();
    const reader = await rig.stream('/events');
    await reader.until(() => reader.lastEventId !== undefined);
    const stranger = new Client({ connectionString: url });
    await stranger.connect();
    try {
      await stranger.query('begin');
      await stranger.query('select pg_current_xact_id()');
      const ofCall = await rig.stream(`/calls/${call.id}/events?lastEventId=1`);
      await rig.tell(call, 2);
      // Its own stream, which waits for no transaction, shows that the notice has come.
      await ofCall.until(() => ofCall.messages.length === 2);
      // It may begin a little before now: a transaction of any other test on this server counts as under way.
      expect(seqsOf(reader)).not.toContain(2);
      await stranger.query('commit');
      await reader.until(() => seqsOf(reader).includes(3));
      expect(seqsOf(reader).filter((seq) => seq !== 1)).toEqual([2, 3]);
    } finally {
      await stranger.end();
    }
  });
});
