/** What replicas ask of one another about live calls, over a database. */
import { sql } from 'drizzle-orm';
import type { CallCommand } from '../../src/core/call/command.store.js';
import { SystemClock } from '../../src/ops/system-clock.js';
import type { Database } from '../../src/persistence/database.js';
import { PostgresCallStore } from '../../src/persistence/postgres.call-store.js';
import { PostgresCommandStore } from '../../src/persistence/postgres.command-store.js';
import { PostgresTransferStore } from '../../src/persistence/postgres.transfer-store.js';
import { callWith, silentLogger } from '../support/builders.js';
import { newDatabaseUrl, openDatabase } from '../support/test-database.js';

const WHISPER: CallCommand = { type: 'message', text: 'Ünïcode "and" more', role: 'context', by: 'key_1' };

describe('what replicas share about live calls', () => {
  const open: Database[] = [];
  let url: string;
  const call = callWith();

  beforeEach(async () => {
    url = await newDatabaseUrl();
    await new PostgresCallStore(database(), 'replica').insert(call, { name: 'created', entries: [] });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });

  function database(): Database {
    const one = openDatabase(url);
    open.push(one);
    return one;
  }
  const commands = (): PostgresCommandStore =>
    new PostgresCommandStore(database(), new SystemClock(), silentLogger());
  const left = async (): Promise<number> =>
    (await database().run((db) => db.execute(sql`select 1 from call_commands`))).rows.length;

  /** Asks until the other's connection listens. */
  async function answered(asker: PostgresCommandStore): Promise<unknown> {
    for (let tries = 0; tries < 50; tries += 1) {
      const outcome = await asker.ask(call.id, WHISPER, 200);
      if (outcome.kind === 'answered') return outcome.answer;
    }
    throw new Error('nobody answered');
  }

  it('is carried out by the one that carries the call, once, and answered', async () => {
    const taken: CallCommand[] = [];
    const serve = (carries: boolean): void => {
      commands().serve({
        carries: () => carries,
        run: (_id, command) => {
          taken.push(command);
          return { error: { code: 'no-operator-audio', detail: 'None.' } };
        },
      });
    };
    serve(true);
    serve(true);
    serve(false);
    expect(await answered(commands())).toEqual({ error: { code: 'no-operator-audio', detail: 'None.' } });
    expect(taken).toEqual([WHISPER]);
    expect(await left()).toBe(0);
  });

  it('is taken by nobody where nobody carries it, and never later', async () => {
    expect(await commands().ask(call.id, WHISPER, 50)).toEqual({ kind: 'not-taken' });
    expect(await left()).toBe(0);
  });

  it('counts persons who are rung with the calls to their number and of a key', async () => {
    const store = new PostgresTransferStore(database());
    const cap = { of: 'destination' as const, most: 1, withinMs: 3_600_000, since: 0, limit: '1/1h' };
    const terms = { reserveUsdMicros: 14_000, caps: [cap], destination: 'hash' };
    const entry = { id: 'tr_1', callId: call.id, placedBy: 'key_1' };
    expect(await store.enter(entry, terms)).toBeUndefined();
    expect(await store.enter({ ...entry, id: 'tr_2' }, terms)).toMatchObject({ of: 'cap', cap });
    expect(
      await store.enter(
        { ...entry, id: 'tr_3' },
        { ...terms, destination: 'other', caps: [{ ...cap, of: 'key' }] },
      ),
    ).toMatchObject({ of: 'cap' });
    const { rows } = await database().run((db) =>
      db.execute(sql`select reserved_usd_micros as sum from calls`),
    );
    expect(Number(rows[0]?.['sum'])).toBe(14_000);
  });
});
