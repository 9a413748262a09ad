/**
 * Replicas and their calls in Postgres, by the clock of the database: clocks of machines differ.
 */
import { and, eq, isNull, ne, or, sql } from 'drizzle-orm';
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
   * After a restart of the database nobody could show a sign of life for a while, so for as long as the time limit it says
   * nothing about them.
   */
  takeOver(timeoutSeconds: number): Promise<readonly Call[]> {
    const limit = sql`now() - make_interval(secs => ${timeoutSeconds})`;
    return this.database.run(async (db) => {
      const neighbours = await db
        .select({ id: replicas.id, pid: replicas.pid })
        .from(replicas)
        .where(and(eq(replicas.host, this.self.host), ne(replicas.id, this.self.id)));
      const gone = neighbours.filter(({ pid }) => !runsStill(pid)).map(({ id }) => id);
      const forgotten = sql`${replicas.seenAt} < ${limit} and pg_postmaster_start_time() < ${limit}`;
      const dead = gone.length > 0 ? or(forgotten, sql`${replicas.id} in ${gone}`) : forgotten;
      await db.delete(replicas).where(and(ne(replicas.id, this.self.id), dead));
      const taken = await db
        .update(calls)
        .set({ owner: this.self.id })
        .where(
          and(
            OPEN,
            or(
              isNull(calls.owner),
              sql`not exists (select from ${replicas} where ${replicas.id} = ${calls.owner})`,
            ),
          ),
        )
        .returning();
      return taken.map((row) => callOf(row));
    });
  }

  own(id: CallId): Promise<void> {
    return this.database.run(async (db) => {
      await db
        .update(calls)
        .set({ owner: this.self.id })
        .where(and(eq(calls.id, id), ne(calls.owner, this.self.id)));
    });
  }

  leave(): Promise<void> {
    return this.database.run(async (db) => {
      await db.delete(replicas).where(eq(replicas.id, this.self.id));
    });
  }
}
