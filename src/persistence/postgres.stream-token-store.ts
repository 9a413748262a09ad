/**
 * Keys to media sockets in Postgres, expiring by its clock.
 */
import { and, eq, sql } from 'drizzle-orm';
import { StreamTokenStore } from '../core/call/stream-token.store.js';
import type { CallId } from '../core/ids.js';
import type { Database } from './database.js';
import { streamTokens } from './schema.js';

const NOT_EXPIRED = sql`expires_at > now()`;

export class PostgresStreamTokenStore extends StreamTokenStore {
  constructor(private readonly database: Database) {
    super();
  }

  issue(tokenHash: string, callId: CallId, ttlMs: number): Promise<void> {
    return this.database.run(async (db) => {
      // What another replica is just removing is left to it: waiting for each other's rows, two could block for good.
      await db.execute(sql`
        delete from stream_tokens where token_hash in
          (select token_hash from stream_tokens where expires_at <= now() for update skip locked)`);
      await db
        .insert(streamTokens)
        .values({ tokenHash, callId, expiresAt: sql`now() + make_interval(secs => ${ttlMs / 1000})` });
    });
  }

  find(tokenHash: string): Promise<CallId | undefined> {
    return this.database.run(async (db) => {
      const [found] = await db
        .select({ callId: streamTokens.callId })
        .from(streamTokens)
        .where(and(eq(streamTokens.tokenHash, tokenHash), NOT_EXPIRED));
      return found?.callId;
    });
  }

  /**
   * One statement that locks the rows of the call in one order: two tokens of one call that are used at the same moment queue up,
   * and the second finds its row gone.
   */
  redeem(tokenHash: string): Promise<CallId | undefined> {
    return this.database.run(async (db) => {
      const { rows } = await db.execute<{ token_hash: string; call_id: CallId }>(sql`
        with of_call as (
          select token_hash from stream_tokens
          where call_id = (select call_id from stream_tokens where token_hash = ${tokenHash} and ${NOT_EXPIRED})
          order by token_hash
          for update
        )
        delete from stream_tokens where token_hash in (select token_hash from of_call)
        returning token_hash, call_id`);
      return rows.find((row) => row.token_hash === tokenHash)?.call_id;
    });
  }
}
