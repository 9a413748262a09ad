/** What Postgres refuses, and connections that break in the wrong moment: told apart, without words of callers, and never fatal. */
import { Client } from 'pg';
import { pino } from 'pino';
import type { Call } from '../../src/core/call/call.js';
import { SystemClock } from '../../src/ops/system-clock.js';
import { Database } from '../../src/persistence/database.js';
import { PostgresCallStore } from '../../src/persistence/postgres.call-store.js';
import { callWith, Lines, T0 } from '../support/builders.js';
import { newDatabaseUrl } from '../support/test-database.js';

const WORDS = 'ECONNREFUSED, said +14155550123';
/** As in call-sql.ts. */
const BUDGET_LOCK = 0x62_75_64_67;
const TERMS = {
  reserveUsdMicros: 1,
  budget: { since: T0, limitUsdMicros: 1_000_000, usdMicrosPerMinute: 1 },
};

describe('the store of calls', () => {
  let url: string;
  let database: Database;
  let store: PostgresCallStore;
  let lines: Lines;

  beforeEach(async () => {
    url = await newDatabaseUrl();
    lines = new Lines();
    database = new Database({ url, clock: new SystemClock(), logger: pino(lines) });
    store = new PostgresCallStore(database, 'replica_1');
  });
  afterEach(() => database.close());

  const created = (text = ''): Parameters<PostgresCallStore['insert']>[1] => ({
    name: 'created',
    entries: [{ type: 'turn.caller', at: T0, details: { text, [`name ${text}`]: [text] } }],
  });

  it.each([
    ['NUL', 'a\0b', 'a\uFFFDb'],
    ['the first half of a pair', 'a\uD83D', 'a\uFFFD'],
    ['the second half of a pair', '\uDE00b', '\uFFFDb'],
    ['a whole pair', 'a\u{1F600}b', 'a\u{1F600}b'],
    ['what only looks like it', String.raw`\u0000 \ud83d`, String.raw`\u0000 \ud83d`],
  ])('takes text with %s', async (_what, text, kept) => {
    const call: Call = callWith({ variables: { name: text }, metadata: { [text]: text } });
    await store.insert(call, created(text));
    expect(await store.find(call.id)).toMatchObject({
      variables: { name: kept },
      metadata: { [kept]: kept },
    });
    expect(await store.events(call.id, 0, 1)).toMatchObject([
      { details: { text: kept, [`name ${kept}`]: [kept] } },
    ]);
  });

  it('refuses a statement without repeating what was in it, and is not away for that', async () => {
    const call = callWith({ to: '+14155550123', variables: { name: WORDS } });
    await store.insert(call, created());
    const error: unknown = await store.insert(call, created(WORDS)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'StatementError', code: '23505', constraint: 'calls_pkey' });
    const told = `${String(error)} ${JSON.stringify(error)} ${error instanceof Error ? error.stack : ''}`;
    expect(told).not.toContain('+14155550123');
    expect(told).not.toContain('ECONNREFUSED');
    expect(database.isAway).toBe(false);
  });

  it('outlives a connection that breaks in the middle of letting a call in, and says no word of it', async () => {
    const other = new Client({ connectionString: url });
    await other.connect();
    await other.query('begin');
    await other.query('select pg_advisory_xact_lock($1)', [BUDGET_LOCK]);
    const call = callWith({ to: '+14155550123', variables: { name: WORDS } });
    const refused = store.insert(call, created(WORDS), TERMS).catch((error: unknown) => error);
    const killer = new Client({ connectionString: url });
    await killer.connect();
    let killed = 0;
    while (killed === 0) {
      const { rowCount } = await killer.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      );
      killed = rowCount ?? 0;
    }
    expect(await refused).toMatchObject({ code: 'store-away' });
    await killer.end();
    await other.query('rollback');
    await other.end();
    await new Promise<void>((resolve) => void database.onBack(resolve));
    expect(await store.insert(call, created(WORDS), TERMS)).toBeUndefined();
    expect(String(lines)).toContain('the store cannot be reached');
    expect(String(lines)).not.toContain('+14155550123');
  });
});
