/** Calls that enter one after the other, and somebody who holds the lock and stands still. */
import { Client } from 'pg';
import type { Database } from '../../src/persistence/database.js';
import { PostgresCallStore } from '../../src/persistence/postgres.call-store.js';
import { callWith, T0 } from '../support/builders.js';
import { newDatabaseUrl, openDatabase } from '../support/test-database.js';

const TERMS = {
  reserveUsdMicros: 1,
  budget: { since: T0, limitUsdMicros: 1000, usdMicrosPerMinute: 1 },
};

/** "budg" in ASCII. */
const BUDGET_LOCK = 0x62_75_64_67;

describe('a replica whose calls wait for a lock that another holds', () => {
  let url: string;
  let database: Database;
  let store: PostgresCallStore;
  let holder: Client;
  beforeEach(async () => {
    url = await newDatabaseUrl();
    database = openDatabase(url);
    store = new PostgresCallStore(database, 'a-replica');
    holder = new Client({ connectionString: url });
    holder.on('error', () => undefined);
    await holder.connect();
    await holder.query('begin');
    await holder.query('select pg_advisory_xact_lock($1)', [BUDGET_LOCK]);
  });
  afterEach(async () => {
    await holder.end();
    await database.close();
  });

  const enter = (): Promise<string> =>
    store.insert(callWith(), { name: 'created', entries: [] }, TERMS).then(
      (refusal) => refusal?.of ?? 'in',
      (error: unknown) => String(Reflect.get(error as object, 'code')),
    );

  it('refuses these calls in time, goes on with everything else, and takes calls when the lock is free', async () => {
    const entering = Array.from({ length: 15 }, enter);
    // As many as there are connections for everything else, and again.
    for (let round = 0; round < 20; round += 1) await store.check();
    await store.insert(callWith(), { name: 'created', entries: [] });
    expect(database.isAway).toBe(false);
    expect(new Set(await Promise.all(entering))).toEqual(new Set(['at-capacity']));
    expect(database.isAway).toBe(false);
    expect(await store.countLive()).toBe(1);
    await holder.query('rollback');
    expect(await enter()).toBe('in');
  }, 30_000);
});

describe('a replica all of whose connections are in use', () => {
  it('refuses what waits too long for one, and does not take the store for gone', async () => {
    const database = openDatabase(await newDatabaseUrl());
    const store = new PostgresCallStore(database, 'a-replica');
    const busy = Array.from({ length: 10 }, () => database.run((db) => db.execute('select pg_sleep(4)')));
    await expect(store.check()).rejects.toMatchObject({ code: 'store-away' });
    expect(database.isAway).toBe(false);
    await Promise.all(busy);
    await store.check();
    await database.close();
  }, 30_000);
});
