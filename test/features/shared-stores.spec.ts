/** What replicas share besides calls, behind its ports: the fakes and Postgres, held to one contract each. */
import { sql } from 'drizzle-orm';
import type { Database } from '../../src/persistence/database.js';
import { PostgresDialPace } from '../../src/persistence/postgres.dial-pace.js';
import { PostgresIdempotencyStore } from '../../src/persistence/postgres.idempotency-store.js';
import { PostgresStreamTokenStore } from '../../src/persistence/postgres.stream-token-store.js';
import { idempotencyStoreContract } from '../contracts/idempotency-store.contract.js';
import { streamTokenStoreContract } from '../contracts/stream-token-store.contract.js';
import { ManualClock } from '../support/manual-clock.js';
import { MemoryDialPace, MemoryIdempotencyStore, MemoryStreamTokenStore } from '../support/memory.stores.js';
import { newDatabaseUrl, openDatabase, SERVERS } from '../support/test-database.js';

function passing(clock: ManualClock): (ms: number) => Promise<void> {
  return (ms) => {
    clock.advance(ms);
    return Promise.resolve();
  };
}

idempotencyStoreContract('in memory', () => {
  const clock = new ManualClock();
  return Promise.resolve({ store: new MemoryIdempotencyStore(clock), age: passing(clock) });
});

streamTokenStoreContract('in memory', () => {
  const clock = new ManualClock();
  return Promise.resolve({ store: new MemoryStreamTokenStore(clock), age: passing(clock) });
});

describe('the pace in memory', () => {
  it('gives places one gap apart, and saves up none', async () => {
    const clock = new ManualClock();
    const pace = new MemoryDialPace(clock);
    expect([await pace.reserve(100), await pace.reserve(100), await pace.reserve(100)]).toEqual([
      0, 100, 200,
    ]);
    clock.advance(5000);
    expect([await pace.reserve(100), await pace.reserve(100)]).toEqual([0, 100]);
  });
});

describe.each(SERVERS)('on $name Postgres', ({ url }) => {
  const open: Database[] = [];
  const databaseAt = (address: string): Database => {
    const database = openDatabase(address);
    open.push(database);
    return database;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((database) => database.close()));
  });

  idempotencyStoreContract('in a database', async () => {
    const database = databaseAt(await newDatabaseUrl(url));
    const age = (ms: number): Promise<void> =>
      database.run(async (db) => {
        const by = sql`make_interval(secs => ${ms / 1000})`;
        await db.execute(
          sql`update idempotency_keys set claimed_until = claimed_until - ${by}, expires_at = expires_at - ${by}`,
        );
      });
    return { store: new PostgresIdempotencyStore(database), age };
  });

  streamTokenStoreContract('in a database', async () => {
    const database = databaseAt(await newDatabaseUrl(url));
    const age = (ms: number): Promise<void> =>
      database.run(async (db) => {
        await db.execute(
          sql`update stream_tokens set expires_at = expires_at - make_interval(secs => ${ms / 1000})`,
        );
      });
    return { store: new PostgresStreamTokenStore(database), age };
  });

  it('keeps a token only as a hash, and removes what has expired when the next is issued', async () => {
    const database = databaseAt(await newDatabaseUrl(url));
    const store = new PostgresStreamTokenStore(database);
    await store.issue('old', 'call_1', 0);
    await store.issue('new', 'call_2', 60_000);
    const { rows } = await database.run((db) => db.execute(sql`select token_hash from stream_tokens`));
    expect(rows).toEqual([{ token_hash: 'new' }]);
  });

  it('gives the places of one pace to two replicas, each to one, and another account its own', async () => {
    const address = await newDatabaseUrl(url);
    const replicas = [databaseAt(address), databaseAt(address)];
    const paces = replicas.map((database) => new PostgresDialPace(database, 'AC1'));
    // A gap so long that the time the statements take does not count.
    const waits = await Promise.all(
      Array.from({ length: 10 }, (_, at) => (paces[at % 2] as PostgresDialPace).reserve(600_000)),
    );
    expect(waits.map((wait) => Math.round(wait / 600_000)).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, at) => at),
    );
    const [first] = replicas;
    // Times are kept in whole milliseconds.
    expect(await new PostgresDialPace(first as Database, 'AC2').reserve(600_000)).toBeLessThan(1);
  });
});
