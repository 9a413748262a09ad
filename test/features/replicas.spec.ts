/** Replicas on one database: who answers for which calls. */
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Call } from '../../src/core/call/call.js';
import { PostgresCallStore } from '../../src/persistence/postgres.call-store.js';
import { PostgresReplicaStore } from '../../src/persistence/postgres.replica-store.js';
import { thisReplica } from '../../src/persistence/replica-id.js';
import { callWith } from '../support/builders.js';
import { newDatabaseUrl, openDatabase } from '../support/test-database.js';

/** No process has this number: Linux stops at four million. */
const NO_PROCESS = 2 ** 30;
const TIMEOUT_SECONDS = 30;

describe('replicas of one store', () => {
  let database: ReturnType<typeof openDatabase>;

  beforeEach(async () => {
    database = openDatabase(await newDatabaseUrl());
  });

  afterEach(async () => {
    await database.close();
  });

  const replica = (fields: { host?: string; pid?: number } = {}) => {
    const self = { id: `replica_${randomUUID()}`, host: 'somewhere else', pid: 1, ...fields };
    return {
      id: self.id,
      replicas: new PostgresReplicaStore(database, self),
      calls: new PostgresCallStore(database, self.id),
    };
  };
  type Replica = ReturnType<typeof replica>;
  const callOf = async ({ calls }: Replica, fields: Parameters<typeof callWith>[0] = {}): Promise<Call> => {
    const call = callWith(fields);
    await calls.insert(call, { name: 'created', entries: [] });
    return call;
  };
  const idsOf = (calls: readonly Call[]): string[] => calls.map(({ id }) => id);
  const shownSecondsAgo = (seconds: number) =>
    database.run((db) =>
      db.execute(sql`update replicas set seen_at = now() - make_interval(secs => ${seconds})`),
    );

  it('leave each other’s calls alone while they live', async () => {
    const [one, two] = [replica(), replica()];
    await one.replicas.beat();
    await two.replicas.beat();
    await callOf(one);
    expect(await two.replicas.takeOver(TIMEOUT_SECONDS)).toEqual([]);
    expect(await one.replicas.takeOver(TIMEOUT_SECONDS)).toEqual([]);
  });

  it('take over the open calls of one that left, and only those', async () => {
    const [one, two] = [replica(), replica()];
    await one.replicas.beat();
    await two.replicas.beat();
    const open = await callOf(one);
    await callOf(one, { status: 'completed' });
    await callOf(two);
    await one.replicas.leave();
    expect(await two.replicas.takeOver(TIMEOUT_SECONDS)).toEqual([open]);
    expect(await two.replicas.takeOver(TIMEOUT_SECONDS)).toEqual([]);
  });

  it('take over at once when the process of the same machine is gone', async () => {
    const { host } = thisReplica();
    const [one, two] = [replica({ host, pid: NO_PROCESS }), replica({ host, pid: process.pid })];
    await one.replicas.beat();
    const call = await callOf(one);
    await two.replicas.beat();
    expect(idsOf(await two.replicas.takeOver(TIMEOUT_SECONDS))).toEqual([call.id]);
  });

  it('never take a process of another machine for dead by its number', async () => {
    const { host } = thisReplica();
    const [one, two] = [replica({ pid: NO_PROCESS }), replica({ host, pid: process.pid })];
    await one.replicas.beat();
    await callOf(one);
    expect(await two.replicas.takeOver(TIMEOUT_SECONDS)).toEqual([]);
  });

  it('take over from one that showed no sign of life for too long', async () => {
    const [one, two] = [replica(), replica()];
    await one.replicas.beat();
    const call = await callOf(one);
    await shownSecondsAgo(5);
    await two.replicas.beat();
    expect(await two.replicas.takeOver(6)).toEqual([]);
    // The limit also bounds for how long the database must have run; this one has for longer than it took to migrate.
    expect(idsOf(await two.replicas.takeOver(0.01))).toEqual([call.id]);
  });

  it('take nothing from the silent right after the database itself came back', async () => {
    const [one, two] = [replica(), replica()];
    await one.replicas.beat();
    await callOf(one);
    await shownSecondsAgo(3_000_000);
    await two.replicas.beat();
    // No database of tests has run for a month.
    expect(await two.replicas.takeOver(2_600_000)).toEqual([]);
  });

  it('give each call to one taker when many come at once', async () => {
    const [gone, ...takers] = Array.from({ length: 6 }, () => replica());
    if (!gone) throw new Error('there is one');
    for (const taker of takers) await taker.replicas.beat();
    const calls = await Promise.all(Array.from({ length: 20 }, () => callOf(gone)));
    const taken = await Promise.all(takers.map(({ replicas }) => replicas.takeOver(TIMEOUT_SECONDS)));
    expect(idsOf(taken.flat()).toSorted()).toEqual(idsOf(calls).toSorted());
  });

  it('carry the calls whose line they have', async () => {
    const [one, two] = [replica(), replica()];
    await one.replicas.beat();
    await two.replicas.beat();
    const call = await callOf(one);
    await two.replicas.own(call.id);
    await one.replicas.leave();
    expect(await two.replicas.takeOver(TIMEOUT_SECONDS)).toEqual([]);
    await two.replicas.leave();
    await one.replicas.beat();
    expect(idsOf(await one.replicas.takeOver(TIMEOUT_SECONDS))).toEqual([call.id]);
  });
});
