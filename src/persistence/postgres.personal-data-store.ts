/**
 * Ended calls by what their records still say of people, in Postgres.
 */
import { and, asc, eq, isNotNull, lt, or, sql, type SQL } from 'drizzle-orm';
import type { Call } from '../core/call/call.js';
import { PersonalDataStore, type PersonalPart } from '../core/call/personal-data.store.js';
import { callOf } from './call-row.js';
import type { Database } from './database.js';
import { calls, OPEN } from './schema.js';

export class PostgresPersonalDataStore extends PersonalDataStore {
  constructor(private readonly database: Database) {
    super();
  }

  ofPerson(number: string, limit: number, behind?: Call): Promise<readonly Call[]> {
    const isTheirs = or(
      and(eq(calls.direction, 'outbound'), eq(calls.toNumber, number)),
      and(eq(calls.direction, 'inbound'), eq(calls.fromNumber, number)),
    );
    const place = behind
      ? sql`(${calls.createdAt}, ${calls.id}) > (${new Date(behind.times.createdAt).toISOString()}::timestamptz, ${behind.id})`
      : undefined;
    return this.find(and(isTheirs, place), limit);
  }

  keeping(part: PersonalPart, createdBefore: number, limit: number): Promise<readonly Call[]> {
    // The words of the indexes `calls_with_transcript` and `calls_with_person`.
    const isKept = part === 'transcript' ? sql`not transcript_erased` : sql`not person_erased`;
    const isOld = lt(calls.createdAt, new Date(createdBefore));
    return this.find(and(isKept, isOld, sql`not (${OPEN})`), limit);
  }

  forgetDestinations(createdBefore: number): Promise<void> {
    return this.database.run(async (db) => {
      await db
        .update(calls)
        .set({ destinationHash: null })
        .where(and(isNotNull(calls.destinationHash), lt(calls.createdAt, new Date(createdBefore))));
    });
  }

  private find(condition: SQL | undefined, limit: number): Promise<readonly Call[]> {
    return this.database.run(async (db) => {
      const rows = await db
        .select()
        .from(calls)
        .where(condition)
        .orderBy(asc(calls.createdAt), asc(calls.id))
        .limit(limit);
      return rows.map((row) => callOf(row));
    });
  }
}
