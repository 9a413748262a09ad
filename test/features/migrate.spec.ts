/** The tables of this version, made by whoever comes first. */
import { sql } from 'drizzle-orm';
import { PostgresCallStore } from '../../src/persistence/postgres.call-store.js';
import { migrateDatabase } from '../../src/persistence/migrate.js';
import { BreakablePipe } from '../support/breakable-pipe.js';
import { callWith } from '../support/builders.js';
import { emptyDatabaseUrl, openDatabase } from '../support/test-database.js';
import { eventually } from '../support/whole-system.js';

describe('the migration', () => {
  it('bears replicas that start together, and starting again', async () => {
    const url = await emptyDatabaseUrl();
    await Promise.all(Array.from({ length: 5 }, () => migrateDatabase(url)));
    await migrateDatabase(url);
    const database = openDatabase(url);
    const { rows } = await database.run((db) => db.execute(sql`select count(*)::int as calls from calls`));
    expect(rows).toEqual([{ calls: 0 }]);
    await database.close();
  });

  it('puts events that came with a dump of another cluster before all that follow', async () => {
    const url = await emptyDatabaseUrl();
    await migrateDatabase(url);
    const database = openDatabase(url);
    const store = new PostgresCallStore(database, 'replica_1');
    const call = callWith();
    await store.insert(call, { name: 'created', entries: [{ type: 'call.created', at: 1, details: {} }] });
    await database.run((db) => db.execute(sql`update call_events set tx = '9000000000000'`));
    await migrateDatabase(url);
    const now = await store.eventsOfAll(undefined, 10);
    await store.append(call.id, { name: 'next', entries: [{ type: 'turn.agent', at: 2, details: {} }] });
    // Shown once no transaction of another test on this server is older.
    const { events = [] } =
      (await eventually(
        () => store.eventsOfAll(now?.cursor, 10),
        (page) => page?.events.length !== 0,
      )) ?? {};
    expect(events.map(({ type }) => type)).toEqual(['turn.agent']);
    await database.close();
  });

  it('waits for a server that is not up yet', async () => {
    const url = new URL(await emptyDatabaseUrl());
    const pipe = await BreakablePipe.to({ host: url.hostname, port: Number(url.port) });
    url.port = String(pipe.port);
    pipe.cut();
    const refused = pipe.refused(2);
    const migrated = migrateDatabase(url.href, 20_000);
    await refused;
    pipe.mend();
    await expect(migrated).resolves.toBeUndefined();
    await pipe.close();
  });

  it('says in one line why a server cannot be used, without its password', async () => {
    const url = new URL(await emptyDatabaseUrl());
    const password = url.password;
    url.pathname = '/no_such_database';
    const missing = migrateDatabase(url.href, 20_000);
    await expect(missing).rejects.toThrow(/DATABASE_URL.*no_such_database.*does not exist/);
    await expect(missing).rejects.not.toThrow(password);
    await expect(migrateDatabase('postgres://user:secret@127.0.0.1:1/x')).rejects.toThrow(/ECONNREFUSED/);
  });
});
