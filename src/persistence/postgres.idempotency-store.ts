/**
 * `Idempotency-Key` in Postgres, by the clock of the database.
 */
import { and, eq, isNull, lte, sql, type SQL } from 'drizzle-orm';
import {
  ANSWER_KEPT_MS,
  CLAIM_MS,
  IdempotencyStore,
  type Claim,
  type KeptAnswer,
  type Offer,
} from '../core/call/idempotency.store.js';
import type { CallId } from '../core/ids.js';
import type { Drizzle } from './connections.js';
import type { Database } from './database.js';
import { idempotencyKeys } from './schema.js';

const { key: KEY, bodyHash: BODY, callId: CALL, answer: ANSWER, claimedUntil, expiresAt } = idempotencyKeys;
const NOW = sql`now()`;
const inMs = (ms: number): SQL => sql`now() + make_interval(secs => ${ms / 1000})`;
const IS_EXPIRED = sql`${expiresAt} <= now()`;

export class PostgresIdempotencyStore extends IdempotencyStore {
  constructor(private readonly database: Database) {
    super();
  }

  claim(offer: Offer): Promise<Claim> {
    return this.database.run(async (db) => {
      // Between the two statements a key can be released; then there is a next time.
      return (await this.take(db, offer)) ?? (await this.read(db, offer)) ?? { state: 'pending' };
    });
  }

  settle(key: string, callId: CallId, answer: KeptAnswer): Promise<KeptAnswer> {
    return this.database.run(async (db) => {
      const [row] = await db
        .update(idempotencyKeys)
        .set({ answer: sql`coalesce(${ANSWER}, ${JSON.stringify(answer)}::json)` })
        .where(and(eq(KEY, key), eq(CALL, callId)))
        .returning({ answer: ANSWER });
      return row?.answer ?? answer;
    });
  }

  release(key: string, ticket: string): Promise<void> {
    return this.database.run(async (db) => {
      const isOurs = eq(claimedUntil, new Date(ticket));
      await db.delete(idempotencyKeys).where(and(eq(KEY, key), isNull(ANSWER), isOurs));
    });
  }

  sweep(): Promise<void> {
    return this.database.run(async (db) => {
      await db.delete(idempotencyKeys).where(lte(expiresAt, NOW));
    });
  }

  /** One statement, so that of two at the same time one waits for the other and then sees its row. */
  private async take(db: Drizzle, { key, bodyHash, callId }: Offer): Promise<Claim | undefined> {
    const isAbandoned = sql`(${ANSWER} is null and ${claimedUntil} <= now() and ${BODY} = ${bodyHash})`;
    const ends = { claimedUntil: inMs(CLAIM_MS), expiresAt: inMs(ANSWER_KEPT_MS) };
    const [row] = await db
      .insert(idempotencyKeys)
      .values({ key, bodyHash, callId, ...ends })
      .onConflictDoUpdate({
        target: KEY,
        set: {
          bodyHash,
          // An abandoned request may have placed its call; the next day's is another.
          callId: sql`case when ${IS_EXPIRED} then ${callId} else ${CALL} end`,
          answer: sql`null`,
          ...ends,
        },
        setWhere: sql`${IS_EXPIRED} or ${isAbandoned}`,
      })
      .returning({ callId: CALL, claimedUntil });
    if (!row) return undefined;
    const isTakenOver = row.callId !== callId;
    return { state: 'ours', callId: row.callId, isTakenOver, ticket: row.claimedUntil.toISOString() };
  }

  private async read(db: Drizzle, { key, bodyHash }: Offer): Promise<Claim | undefined> {
    const [row] = await db.select().from(idempotencyKeys).where(eq(KEY, key)).limit(1);
    if (!row) return undefined;
    if (row.bodyHash !== bodyHash) return { state: 'conflict' };
    return row.answer ? { state: 'answered', answer: row.answer, callId: row.callId } : { state: 'pending' };
  }
}
