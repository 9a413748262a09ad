/**
 * The rate of an account in Postgres: one row, moved on by whoever takes a place in the row, by the clock of the database.
 */
import { sql } from 'drizzle-orm';
import { DialPace } from '../core/call/dial-pace.js';
import type { Database } from './database.js';

export class PostgresDialPace extends DialPace {
  constructor(
    private readonly database: Database,
    private readonly account: string,
  ) {
    super();
  }

  reserve(gapMs: number): Promise<number> {
    const gap = sql`make_interval(secs => ${gapMs / 1000})`;
    return this.database.run(async (db) => {
      // clock_timestamp() and not now(): whoever waited for the lock on the row asks what time it is after that.
      const { rows } = await db.execute<{ wait: string }>(sql`
        insert into dial_pace as pace (account, next_start) values (${this.account}, clock_timestamp() + ${gap})
        on conflict (account) do update
          set next_start = greatest(pace.next_start, clock_timestamp()) + ${gap}
        returning extract(epoch from next_start - ${gap} - clock_timestamp()) * 1000 as wait`);
      return Math.max(0, Number(rows[0]?.wait ?? 0));
    });
  }
}
