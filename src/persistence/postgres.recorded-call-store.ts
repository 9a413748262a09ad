/**
 * Calls by what became of their recordings, in Postgres. The conditions say the words of the index `calls_recorded`.
 */
import { and, asc, desc, gte, lt, sql, type SQL } from 'drizzle-orm';
import type { Call, RecordingStatus } from '../core/call/call.js';
import { RecordedCallStore } from '../core/call/recorded-call.store.js';
import { callOf } from './call-row.js';
import type { Database } from './database.js';
import { calls } from './schema.js';

/** Written out and not passed as parameters, or the planner could not see that the index has them all. */
function isOneOf(...statuses: readonly RecordingStatus[]): SQL {
  return sql.raw(`recording->>'status' in (${statuses.map((status) => `'${status}'`).join(', ')})`);
}

export class PostgresRecordedCallStore extends RecordedCallStore {
  constructor(private readonly database: Database) {
    super();
  }

  unsettled(endedBefore: number, limit: number): Promise<readonly Call[]> {
    const ended = lt(calls.endedAt, new Date(endedBefore));
    // The newest first: what lies on the disk of a replica that is gone waits for a day, and must not stand in the way of others.
    return this.find(and(isOneOf('pending', 'recording'), ended), desc(calls.endedAt), limit);
  }

  kept(from: number, before: number, limit: number): Promise<readonly Call[]> {
    const created = [gte(calls.createdAt, new Date(from)), lt(calls.createdAt, new Date(before))];
    return this.find(and(isOneOf('recording', 'ready', 'failed'), ...created), asc(calls.createdAt), limit);
  }

  private find(condition: SQL | undefined, order: SQL, limit: number): Promise<readonly Call[]> {
    return this.database.run(async (db) => {
      const rows = await db.select().from(calls).where(condition).orderBy(order).limit(limit);
      return rows.map((row) => callOf(row));
    });
  }
}
