/** Webhooks on their way, in Postgres: which are handed out, in which order, and to whom. */
import { sql } from 'drizzle-orm';
import type { Call } from '../../src/core/call/call.js';
import type { ClaimedDelivery } from '../../src/core/webhook/delivery.store.js';
import type { Database } from '../../src/persistence/database.js';
import { PostgresCallStore } from '../../src/persistence/postgres.call-store.js';
import { PostgresDeliveryStore } from '../../src/persistence/postgres.delivery-store.js';
import { callWith, T0 } from '../support/builders.js';
import { newDatabaseUrl, openDatabase, SERVERS } from '../support/test-database.js';

const URL_A = 'https://a.example.com/hooks';
const URL_B = 'https://b.example.com/hooks';
const LIMITS = { deliveries: 100, ofOneUrl: 100, exceptUrls: [], seconds: 60 };
const OK = { status: 204, error: null };
const DOWN = { status: null, error: 'ECONNREFUSED' };

describe.each(SERVERS)('webhooks on $name Postgres', ({ url }) => {
  const open: Database[] = [];
  let calls: PostgresCallStore;
  let here: PostgresDeliveryStore;
  let there: PostgresDeliveryStore;

  beforeEach(async () => {
    const address = await newDatabaseUrl(url);
    const [one, two] = [openDatabase(address), openDatabase(address)];
    open.push(one, two);
    calls = new PostgresCallStore(one, 'replica_1');
    here = new PostgresDeliveryStore(one);
    there = new PostgresDeliveryStore(two);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((database) => database.close()));
  });

  let made = 0;
  /** A call with so many events. */
  async function given(webhookUrl: string | null, events: number): Promise<Call> {
    made += 1;
    const call = callWith({ id: `call_${String(made).padStart(32, '0')}`, webhookUrl });
    const entries = Array.from({ length: events }, (_, at) => ({
      type: 'turn.agent' as const,
      at: T0 + at,
      details: { text: `turn ${at + 1}` },
    }));
    await calls.insert(call, { name: 'created', entries });
    return call;
  }
  const seqs = (claimed: readonly ClaimedDelivery[]): number[] => claimed.map(({ event }) => event.seq);
  const only = (claimed: readonly ClaimedDelivery[]): ClaimedDelivery => {
    const [one] = claimed;
    if (!one || claimed.length > 1) throw new Error(`${claimed.length} were claimed`);
    return one;
  };
  const age = (seconds: number): Promise<void> =>
    (open[0] as Database).run(async (db) => {
      await db.execute(sql`
        update webhook_deliveries set claimed_until = claimed_until - make_interval(secs => ${seconds}),
          next_attempt_at = next_attempt_at - make_interval(secs => ${seconds}),
          created_at = created_at - make_interval(secs => ${seconds}),
          requested_at = requested_at - make_interval(secs => ${seconds})`);
    });

  it('come into being with their events, and only where somebody wants them', async () => {
    const call = await given(URL_A, 2);
    await given(null, 2);
    expect(await here.list(call.id, 0, 10)).toMatchObject([
      { callId: call.id, seq: 1, type: 'turn.agent', url: URL_A, status: 'pending', attempts: 0 },
      { seq: 2, lastStatus: null, lastError: null, deliveredAt: null, nextAttemptAt: expect.any(Number) },
    ]);
    expect(await here.list(call.id, 1, 10)).toHaveLength(1);
    const claimed = only(await here.claim(LIMITS));
    expect(claimed).toMatchObject({
      url: URL_A,
      attempts: 1,
      event: { callId: call.id, seq: 1, type: 'turn.agent', at: T0, details: { text: 'turn 1' } },
    });
    expect(claimed.ageSeconds).toBeGreaterThanOrEqual(0);
  });

  it('of one call go out in their order, one when the other is settled', async () => {
    await given(URL_A, 3);
    const first = only(await here.claim(LIMITS));
    expect(await here.claim(LIMITS)).toEqual([]);
    await here.settle(first, OK, { kind: 'delivered' });
    const second = only(await there.claim(LIMITS));
    expect(second.event.seq).toBe(2);
    await there.settle(second, DOWN, { kind: 'retry', inSeconds: 30 });
    expect(await here.claim(LIMITS)).toEqual([]);
    await age(31);
    const again = only(await here.claim(LIMITS));
    expect(again).toMatchObject({ attempts: 2, event: { seq: 2 } });
    await here.settle(again, DOWN, { kind: 'failed' });
    expect(only(await here.claim(LIMITS)).event.seq).toBe(3);
  });

  it('come due together with the one before them, and at once when it is settled', async () => {
    const { id } = await given(URL_A, 3);
    await here.settle(only(await here.claim(LIMITS)), DOWN, { kind: 'retry', inSeconds: 3600 });
    const [first, ...behind] = await here.list(id, 0, 10);
    for (const one of behind)
      expect(one.nextAttemptAt).toBeGreaterThanOrEqual(first?.nextAttemptAt ?? Infinity);
    await age(3600);
    await here.settle(only(await here.claim(LIMITS)), OK, { kind: 'delivered' });
    expect(only(await here.claim(LIMITS)).event.seq).toBe(2);
  });

  it('keep what came of them', async () => {
    const { id } = await given(URL_A, 2);
    await here.settle(only(await here.claim(LIMITS)), OK, { kind: 'delivered' });
    await here.settle(only(await here.claim(LIMITS)), DOWN, { kind: 'retry', inSeconds: 30 });
    expect(await here.list(id, 0, 10)).toMatchObject([
      {
        status: 'delivered',
        attempts: 1,
        lastStatus: 204,
        deliveredAt: expect.any(Number),
        nextAttemptAt: null,
      },
      { status: 'pending', attempts: 1, lastStatus: null, lastError: 'ECONNREFUSED', deliveredAt: null },
    ]);
  });

  it('go to one of two replicas that look at the same moment', async () => {
    for (let at = 0; at < 20; at += 1) await given(URL_A, 1);
    const claims = await Promise.all([here.claim(LIMITS), there.claim(LIMITS), here.claim(LIMITS)]);
    const taken = claims.flat().map(({ event }) => event.callId);
    expect(taken).toHaveLength(20);
    expect(new Set(taken).size).toBe(20);
  });

  it('are taken over when a replica dies with them, and what it says after that counts for nothing', async () => {
    const { id } = await given(URL_A, 1);
    const lost = only(await here.claim(LIMITS));
    await age(61);
    const taken = only(await there.claim(LIMITS));
    expect(taken.attempts).toBe(2);
    await here.settle(lost, OK, { kind: 'delivered' });
    expect(await here.list(id, 0, 1)).toMatchObject([{ status: 'pending' }]);
    await there.settle(taken, OK, { kind: 'delivered' });
    expect(await here.list(id, 0, 1)).toMatchObject([{ status: 'delivered' }]);
  });

  it('are as if they had never been claimed when they are given back', async () => {
    await given(URL_A, 1);
    await here.release(only(await here.claim(LIMITS)));
    expect(only(await there.claim(LIMITS))).toMatchObject({ attempts: 1 });
  });

  it('leave room for other addresses beside a slow one', async () => {
    for (let at = 0; at < 5; at += 1) await given(URL_A, 1);
    await given(URL_B, 1);
    const few = await here.claim({ ...LIMITS, ofOneUrl: 2 });
    expect(few.map(({ url: to }) => to).toSorted()).toEqual([URL_A, URL_A, URL_B]);
    await given(URL_B, 1);
    const others = await here.claim({ ...LIMITS, exceptUrls: [URL_A] });
    expect(others.map(({ url: to }) => to)).toEqual([URL_B]);
    expect(await here.claim({ ...LIMITS, deliveries: 1 })).toHaveLength(1);
  });

  it('that are asked for again wait for nothing, and nothing waits for them', async () => {
    const { id } = await given(URL_A, 3);
    for (let at = 0; at < 2; at += 1)
      await here.settle(only(await here.claim(LIMITS)), OK, { kind: 'delivered' });
    expect(await here.redeliver(id, 1)).toMatchObject({
      seq: 1,
      status: 'pending',
      attempts: 0,
      deliveredAt: null,
    });
    const claimed = await here.claim(LIMITS);
    expect(seqs(claimed).toSorted((a, b) => a - b)).toEqual([1, 3]);
    expect(await here.redeliver(id, 4)).toBeUndefined();
  });

  it('that are asked for again while they are under way go out once more', async () => {
    const { id } = await given(URL_A, 1);
    const underWay = only(await here.claim(LIMITS));
    await here.redeliver(id, 1);
    const again = only(await here.claim({ ...LIMITS, seconds: 30 }));
    await here.settle(underWay, DOWN, { kind: 'failed' });
    expect(await here.list(id, 0, 1)).toMatchObject([{ status: 'pending' }]);
    await here.settle(again, OK, { kind: 'delivered' });
    expect(await here.list(id, 0, 1)).toMatchObject([{ status: 'delivered', attempts: 1 }]);
  });

  it('count their day from when they were asked for', async () => {
    const { id } = await given(URL_A, 1);
    await age(90_000);
    expect(only(await here.claim(LIMITS)).ageSeconds).toBeGreaterThan(86_400);
    await here.redeliver(id, 1);
    expect(only(await here.claim(LIMITS)).ageSeconds).toBeLessThan(60);
  });
});
