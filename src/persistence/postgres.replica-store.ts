/**
 * Replicas and their calls in Postgres, by the clock of the database: clocks of machines differ.
 */
import { and, eq, inArray, isNull, lt, ne, or, sql } from 'drizzle-orm';
import type { Call } from '../core/call/call.js';
import { ReplicaStore } from '../core/call/replica.store.js';
import type { CallId } from '../core/ids.js';
import { callOf } from './call-row.js';
import type { Database } from './database.js';
import { runsStill, type ReplicaIdentity } from './replica-id.js';
import { calls, OPEN, replicas } from './schema.js';

export class PostgresReplicaStore extends ReplicaStore {
  constructor(
    private readonly database: Database,
    private readonly self: ReplicaIdentity,
  ) {
    super();
  }

  beat(): Promise<void> {
    const now = sql`now()`;
    return this.database.run(async (db) => {
      await db
        .insert(replicas)
        .values({ ...this.self, startedAt: now, seenAt: now })
        .onConflictDoUpdate({ target: replicas.id, set: { seenAt: now } });
    });
  }

  /**
   * A call without an owner was left. One whose owner is not known may have been made just now, by a replica that comes back after an
   * outage and has not shown itself yet: so it is left alone for as long as that takes at most.
   */
  takeOver(timeoutSeconds: number, silentToo: boolean): Promise<readonly Call[]> {
    const limit = sql`now() - make_interval(secs => ${timeoutSeconds})`;
    return this.database.run(async (db) => {
      const neighbours = await db
        .select({ id: replicas.id, pid: replicas.pid })
        .from(replicas)
        .where(and(eq(replicas.host, this.self.host), ne(replicas.id, this.self.id)));
      const gone = neighbours.filter(({ pid }) => !runsStill(pid)).map(({ id }) => id);
      const isDead = or(
        silentToo ? lt(replicas.seenAt, limit) : undefined,
        gone.length > 0 ? inArray(replicas.id, gone) : undefined,
      );
      const dead = isDead
        ? await db
            .delete(replicas)
            .where(and(ne(replicas.id, this.self.id), isDead))
            .returning({ id: replicas.id })
        : [];
      const isUnknown = sql`not exists (select from ${replicas} where ${replicas.id} = ${calls.owner})`;
      const isLeft = or(
        isNull(calls.owner),
        dead.length > 0
          ? inArray(
              calls.owner,
              dead.map(({ id }) => id),
            )
          : undefined,
        and(isUnknown, lt(calls.createdAt, limit)),
      );
      const taken = await db.update(calls).set({ owner: this.self.id }).where(and(OPEN, isLeft)).returning();
      return taken.map((row) => callOf(row));
    });
  }

  ownOpen(ageSeconds: number): Promise<readonly CallId[]> {
    const limit = sql`now() - make_interval(secs => ${ageSeconds})`;
    return this.database.run(async (db) => {
      const rows = await db
        .select({ id: calls.id })
        .from(calls)
        .where(and(OPEN, eq(calls.owner, this.self.id), lt(calls.createdAt, limit)));
      return rows.map(({ id }) => id);
    });
  }

  own(id: CallId): Promise<void> {
    return this.database.run(async (db) => {
      await db
        .update(calls)
        .set({ owner: this.self.id })
        .where(and(eq(calls.id, id), sql`${calls.owner} is distinct from ${this.self.id}`));
    });
  }

  leave(): Promise<void> {
    return this.database.run(async (db) => {
      await db.delete(replicas).where(eq(replicas.id, this.self.id));
      await db
        .update(calls)
        .set({ owner: null })
        .where(and(OPEN, eq(calls.owner, this.self.id)));
    });
  }
}
