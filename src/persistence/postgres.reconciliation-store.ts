/**
 * What is still to be asked of the vendors, in Postgres: shared among replicas by claims that run out, by the clock of the
 * database. Entries come and go with the writes of calls, see `call-sql.ts`.
 */
import { sql } from 'drizzle-orm';
import { ReconciliationStore, type Claim, type CostSide } from '../core/cost/reconciliation.js';
import type { CallId } from '../core/ids.js';
import type { Database } from './database.js';

/** As the driver gives it: `numeric` as text. */
interface ClaimRow extends Record<string, unknown> {
  readonly call_id: CallId;
  readonly of: CostSide;
  readonly attempts: number;
  readonly age: string;
}

export class PostgresReconciliationStore extends ReconciliationStore {
  constructor(private readonly database: Database) {
    super();
  }

  claim(limit: number, claimSeconds: number): Promise<readonly Claim[]> {
    return this.database.run(async (db) => {
      const { rows } = await db.execute<ClaimRow>(sql`
        update reconciliations as asked
        set claimed_until = now() + make_interval(secs => ${claimSeconds}), attempts = asked.attempts + 1
        from (
          select call_id, of from reconciliations
          where next_attempt_at <= now() and (claimed_until is null or claimed_until < now())
          order by next_attempt_at limit ${limit} for update skip locked
        ) as due join calls on calls.id = due.call_id
        where asked.call_id = due.call_id and asked.of = due.of
        returning asked.call_id, asked.of, asked.attempts,
          coalesce(extract(epoch from now() - calls.ended_at), 0) as age`);
      return rows.map(({ call_id: callId, of, attempts, age }) => ({
        callId,
        of,
        attempts,
        ageSeconds: Number(age),
      }));
    });
  }

  postpone({ callId, of }: Pick<Claim, 'callId' | 'of'>, seconds: number | null): Promise<void> {
    const next =
      seconds === null ? sql`'infinity'::timestamptz` : sql`now() + make_interval(secs => ${seconds})`;
    return this.database.run(async (db) => {
      await db.execute(sql`
        update reconciliations set next_attempt_at = ${next}, claimed_until = null
        where call_id = ${callId} and of = ${of}`);
    });
  }
}
