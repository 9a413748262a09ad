/** What is too old to be kept goes out of the records, and what is young or alive stays. */
import { sql } from 'drizzle-orm';
import { CallFeed } from '../../src/calls/call-feed.js';
import { CallJournal } from '../../src/calls/call-journal.js';
import { CostRates } from '../../src/calls/cost-rates.js';
import type { Call } from '../../src/core/call/call.js';
import type { Database } from '../../src/persistence/database.js';
import { PostgresCallStore } from '../../src/persistence/postgres.call-store.js';
import { PostgresPersonalDataStore } from '../../src/persistence/postgres.personal-data-store.js';
import { DataRetention } from '../../src/privacy/data-retention.js';
import { callWith, environmentWith, silentLogger, type CallFields } from '../support/builders.js';
import { ManualClock } from '../support/manual-clock.js';
import { newDatabaseUrl, openDatabase } from '../support/test-database.js';
import { eventually } from '../support/whole-system.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Nothing may be kept longer than the number by which it is found. */
const AGES = { TRANSCRIPT_RETENTION_DAYS: '30', RECORDING_RETENTION_DAYS: '30' };

describe('retention by age', () => {
  const clock = new ManualClock(Date.now());
  let database: Database;
  let store: PostgresCallStore;
  let journal: CallJournal;
  let retention: DataRetention | undefined;

  beforeEach(async () => {
    database = openDatabase(await newDatabaseUrl());
    store = new PostgresCallStore(database, 'a-replica');
    const logger = silentLogger();
    const rates = new CostRates(environmentWith());
    journal = new CallJournal(store, new CallFeed(logger), clock, clock, logger, rates);
  });
  afterEach(async () => {
    await retention?.onApplicationShutdown();
    await database.close();
  });

  const given = async (daysAgo: number, fields: CallFields = {}): Promise<Call> => {
    const times = { createdAt: clock.now() - daysAgo * DAY_MS };
    const call = callWith({ status: 'completed', variables: { name: 'John' }, ...fields, times });
    const entries = [{ type: 'turn.caller' as const, at: clock.now(), details: { text: 'It is John' } }];
    await store.insert(call, { name: 'all of it', entries });
    return call;
  };
  const read = async ({ id }: Call): Promise<[Call | undefined, unknown]> => [
    await store.find(id),
    (await store.events(id, 0, 1))[0]?.details,
  ];
  const start = (variables: Readonly<Record<string, string>>): void => {
    const people = new PostgresPersonalDataStore(database);
    retention = new DataRetention(environmentWith(variables), people, journal, clock, silentLogger());
    retention.onApplicationBootstrap();
  };
  const isErased = (call: Call, part: 'transcript' | 'person'): Promise<unknown> =>
    eventually(
      () => store.find(call.id),
      (now) => now?.erased[part] === true,
    );

  it('takes words and numbers out, each at its own age, and tells so on the timeline', async () => {
    const [young, middle, old] = [await given(9), await given(11), await given(31)];
    start({ ...AGES, TRANSCRIPT_RETENTION_DAYS: '10', NUMBER_RETENTION_DAYS: '30' });
    await isErased(old, 'person');
    expect(await read(young)).toEqual([young, { text: 'It is John' }]);
    const [kept, words] = await read(middle);
    expect(kept).toMatchObject({ to: middle.to, variables: { name: 'John' }, erased: { transcript: true } });
    expect(words).toEqual({});
    expect((await read(old))[0]).toMatchObject({
      to: 'anonymous',
      variables: {},
      erased: { transcript: true, person: true },
    });
    expect((await store.events(old.id, 1, 10)).map(({ type, details }) => [type, details])).toEqual([
      ['record.erased', { transcript: true, person: false }],
      ['record.erased', { transcript: true, person: true }],
    ]);
  });

  it('leaves calls that have not ended, and looks again every hour', async () => {
    const live = await given(40, { status: 'in-progress' });
    const old = await given(40);
    start({ ...AGES, NUMBER_RETENTION_DAYS: '30' });
    await isErased(old, 'person');
    expect(await store.find(live.id)).toEqual(live);
    await store.replace({ ...live, version: 2, status: 'completed' }, { name: 'the end', entries: [] });
    await eventually(
      () => Promise.resolve(clock.pending),
      (pending) => pending > 0,
    );
    clock.advance(HOUR_MS);
    await isErased(live, 'person');
  });

  it('forgets what calls to one number were counted by when no limit looks so far back any more', async () => {
    const [young, old] = [await given(30), await given(32)];
    await Promise.all(
      [young, old].map(({ id }) =>
        database.run((db) => db.execute(sql`update calls set destination_hash = 'a hash' where id = ${id}`)),
      ),
    );
    start({});
    const hashes = await eventually(
      () =>
        database.run(
          async (db) => (await db.execute(sql`select id from calls where destination_hash is not null`)).rows,
        ),
      (rows) => rows.length < 2,
    );
    expect(hashes).toEqual([{ id: young.id }]);
  });

  it('does nothing where no age is set', async () => {
    const old = await given(4000);
    start({});
    await eventually(
      () => Promise.resolve(clock.pending),
      (pending) => pending > 0,
    );
    expect(await store.find(old.id)).toEqual(old);
  });
});
