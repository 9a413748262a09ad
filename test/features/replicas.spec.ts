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
    expect(await two.replicas.takeOver(TIMEOUT_SECONDS, true)).toEqual([]);
    expect(await one.replicas.takeOver(TIMEOUT_SECONDS, true)).toEqual([]);
  });

  it('take over the open calls of one that left, and only those', async () => {
    const [one, two] = [replica(), replica()];
    await one.replicas.beat();
    await two.replicas.beat();
    const open = await callOf(one);
    await callOf(one, { status: 'completed' });
    await callOf(two);
    await one.replicas.leave();
    expect(await two.replicas.takeOver(TIMEOUT_SECONDS, true)).toEqual([open]);
    expect(await two.replicas.takeOver(TIMEOUT_SECONDS, true)).toEqual([]);
  });

  it('take over at once when the process of the same machine is gone', async () => {
    const { host } = thisReplica();
    const [one, two] = [replica({ host, pid: NO_PROCESS }), replica({ host, pid: process.pid })];
    await one.replicas.beat();
    const call = await callOf(one);
    await two.replicas.beat();
    expect(idsOf(await two.replicas.takeOver(TIMEOUT_SECONDS, true))).toEqual([call.id]);
  });

  it('never take a process of another machine for dead by its number', async () => {
    const { host } = thisReplica();
    const [one, two] = [replica({ pid: NO_PROCESS }), replica({ host, pid: process.pid })];
    await one.replicas.beat();
    await callOf(one);
    expect(await two.replicas.takeOver(TIMEOUT_SECONDS, true)).toEqual([]);
  });

  it('take over from one that showed no sign of life for too long', async () => {
    const [one, two] = [replica(), replica()];
    await one.replicas.beat();
    const call = await callOf(one);
    await shownSecondsAgo(5);
    await two.replicas.beat();
    expect(await two.replicas.takeOver(6, true)).toEqual([]);
    expect(await two.replicas.takeOver(4, false)).toEqual([]);
    expect(idsOf(await two.replicas.takeOver(4, true))).toEqual([call.id]);
  });

  it('leave fresh calls alone whose replica is not known, and take them when it does not show itself', async () => {
    const [one, two] = [replica(), replica()];
    await two.replicas.beat();
    // Forgotten by the others during an outage, it makes a call before its next sign of life.
    const call = await callOf(one, { times: { createdAt: Date.now() } });
    expect(await two.replicas.takeOver(TIMEOUT_SECONDS, true)).toEqual([]);
    await database.run((db) => db.execute(sql`update calls set created_at = now() - interval '31 seconds'`));
    expect(idsOf(await two.replicas.takeOver(TIMEOUT_SECONDS, true))).toEqual([call.id]);
  });

  it('know which open calls are theirs on record', async () => {
    const [one, two] = [replica(), replica()];
    const call = await callOf(one, { times: { createdAt: Date.now() } });
    await callOf(one, { status: 'completed' });
    await callOf(two);
    expect(await one.replicas.ownOpen(30)).toEqual([]);
    await database.run((db) => db.execute(sql`update calls set created_at = now() - interval '31 seconds'`));
    expect(await one.replicas.ownOpen(30)).toEqual([call.id]);
  });

  it('give each call to one taker when many come at once', async () => {
    const [gone, ...takers] = Array.from({ length: 6 }, () => replica());
    if (!gone) throw new Error('there is one');
    for (const taker of takers) await taker.replicas.beat();
    const calls = await Promise.all(Array.from({ length: 20 }, () => callOf(gone)));
    await gone.replicas.leave();
    const taken = await Promise.all(takers.map(({ replicas }) => replicas.takeOver(TIMEOUT_SECONDS, true)));
    expect(idsOf(taken.flat()).toSorted()).toEqual(idsOf(calls).toSorted());
  });

  it('carry the calls whose line they have', async () => {
    const [one, two] = [replica(), replica()];
    await one.replicas.beat();
    await two.replicas.beat();
    const call = await callOf(one);
    await two.replicas.own(call.id);
    await one.replicas.leave();
    expect(await two.replicas.takeOver(TIMEOUT_SECONDS, true)).toEqual([]);
    await two.replicas.leave();
    await one.replicas.beat();
    expect(idsOf(await one.replicas.takeOver(TIMEOUT_SECONDS, true))).toEqual([call.id]);
  });
});
