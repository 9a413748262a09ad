/**
 * Calls and their timelines in Postgres, the embedded one or a server.
 */
import { and, asc, desc, eq, gt, gte, lte, sql, type SQL } from 'drizzle-orm';
import type { Call } from '../core/call/call.js';
import {
  CallStore,
  type Batch,
  type CallFilter,
  type CallNotice,
  type CallPage,
  type EntryRefusal,
  type EntryTerms,
  type EventPage,
} from '../core/call/call.store.js';
import type { TimelineEvent } from '../core/call/timeline.js';
import { isCallId, type CallId } from '../core/ids.js';
import { callOf } from './call-row.js';
import { appendSql, insertSql, replaceSql } from './call-sql.js';
import type { Database } from './database.js';
import { cursorOfCall, cursorOfEvent, readCallCursor, readEventCursor, type EventPlace } from './cursors.js';
import { callEvents, calls, OPEN } from './schema.js';
import { entryRefusal } from './entry-terms.js';
import { StatementError } from './statement.error.js';

export class PostgresCallStore extends CallStore {
  /** @param owner the replica that answers for the calls that are inserted here. */
  constructor(
    private readonly database: Database,
    private readonly owner: string,
  ) {
    super();
  }

  insert(
    call: Call,
    batch: Batch,
    terms: EntryTerms = { reserveUsdMicros: 0 },
  ): Promise<EntryRefusal | undefined> {
    const insertion = insertSql(call, batch, terms, this.owner);
    if (!terms.budget && !terms.caps?.length)
      return this.database.run(async (db) => {
        await db.execute(insertion);
        return undefined;
      });
    return this.database.enter(async (tx) => {
      const refusal = await entryRefusal((statement) => tx.execute(statement), call, terms);
      if (!refusal) await tx.execute(insertion);
      return refusal;
    });
  }

  replace(call: Call, batch: Batch): Promise<boolean> {
    return this.wrote(replaceSql(call, batch));
  }

  append(id: CallId, batch: Batch): Promise<boolean> {
    return this.wrote(appendSql(id, batch));
  }

  hasBatch(id: CallId, name: string): Promise<boolean> {
    return this.database.run(async (db) => {
      const found = await db
        .select({ seq: callEvents.seq })
        .from(callEvents)
        .where(and(eq(callEvents.callId, id), eq(callEvents.batch, name)))
        .limit(1);
      return found.length > 0;
    });
  }

  find(id: CallId): Promise<Call | undefined> {
    return this.one(eq(calls.id, id));
  }

  findBySid(twilioCallSid: string): Promise<Call | undefined> {
    return this.one(eq(calls.twilioCallSid, twilioCallSid));
  }

  findByConversation(conversationId: string): Promise<Call | undefined> {
    return this.one(eq(calls.conversationId, conversationId));
  }

  list(filter: CallFilter, limit: number, cursor?: string): Promise<CallPage | undefined> {
    const place = cursor === undefined ? undefined : readCallCursor(cursor);
    if (cursor !== undefined && !place) return Promise.resolve(undefined);
    const behind = place
      ? sql`(${calls.createdAt}, ${calls.id}) < (${place.createdAt}::timestamptz, ${place.id})`
      : undefined;
    return this.database.run(async (db) => {
      const rows = await db
        .select()
        .from(calls)
        .where(and(...conditionsOf(filter), behind))
        .orderBy(desc(calls.createdAt), desc(calls.id))
        .limit(limit + 1);
      const found = rows.slice(0, limit).map((row) => callOf(row));
      const last = found.at(-1);
      return { calls: found, nextCursor: rows.length > limit && last ? cursorOfCall(last) : null };
    });
  }

  countLive(): Promise<number> {
    return this.database.run((db) => db.$count(calls, OPEN));
  }

  events(id: CallId, afterSeq: number, limit: number): Promise<readonly TimelineEvent[]> {
    return this.database.run(async (db) => {
      const rows = await db
        .select()
        .from(callEvents)
        .where(and(eq(callEvents.callId, id), gt(callEvents.seq, afterSeq)))
        .orderBy(asc(callEvents.seq))
        .limit(limit);
      return rows.map((row) => eventOf(row));
    });
  }

  /**
   * Events are read only up to the oldest transaction that is still under way: one that began earlier and commits later can
   * then never appear behind somebody's back.
   */
  eventsOfAll(cursor: string | undefined, limit: number): Promise<EventPage | undefined> {
    if (cursor === undefined) return this.whereNowIs();
    const from = readEventCursor(cursor);
    if (!from) return Promise.resolve(undefined);
    return this.database.run(async (db) => {
      const rows = await db
        .select()
        .from(callEvents)
        .where(
          sql`(${callEvents.tx}, ${callEvents.id}) > (${from.tx}::xid8, ${from.id}::bigint)
              and ${callEvents.tx} < pg_snapshot_xmin(pg_current_snapshot())`,
        )
        .orderBy(asc(callEvents.tx), asc(callEvents.id))
        .limit(limit);
      const events = rows.map((row) => eventOf(row));
      return { events, cursor: events.at(-1)?.cursor ?? cursor };
    });
  }

  watch(listener: (notice: CallNotice | 'missed') => void): () => void {
    return this.database.onNotice((payload) => {
      const notice = payload === undefined ? 'missed' : noticeOf(payload);
      if (notice) listener(notice);
    });
  }

  check(): Promise<void> {
    return this.database.run(async (db) => {
      await db.execute(sql`select 1`);
    });
  }

  private async wrote(statement: SQL): Promise<boolean> {
    try {
      return await this.database.run(async (db) => ((await db.execute(statement)).rowCount ?? 0) > 0);
    } catch (error) {
      // A statement that was given up came through after all, before this one: the batch is there.
      if (error instanceof StatementError && error.constraint === 'call_events_batch') return true;
      throw error;
    }
  }

  private one(condition: SQL): Promise<Call | undefined> {
    return this.database.run(async (db) => {
      const [row] = await db.select().from(calls).where(condition).limit(1);
      return row && callOf(row);
    });
  }

  private whereNowIs(): Promise<EventPage> {
    return this.database.run(async (db) => {
      const { rows } = await db.execute<{ tx: string }>(
        sql`select pg_snapshot_xmin(pg_current_snapshot())::text as tx`,
      );
      return { events: [], cursor: cursorOfEvent({ tx: rows[0]?.tx ?? '0', id: 0 }) };
    });
  }
}

function conditionsOf(filter: CallFilter): (SQL | undefined)[] {
  const { status, to, agentId, campaignId, createdFrom, createdTo } = filter;
  return [
    status === undefined ? undefined : eq(calls.status, status),
    to === undefined ? undefined : eq(calls.toNumber, to),
    agentId === undefined ? undefined : eq(calls.agentId, agentId),
    campaignId === undefined ? undefined : eq(calls.campaignId, campaignId),
    createdFrom === undefined ? undefined : gte(calls.createdAt, new Date(createdFrom)),
    createdTo === undefined ? undefined : lte(calls.createdAt, new Date(createdTo)),
  ];
}

function eventOf(row: typeof callEvents.$inferSelect): TimelineEvent {
  const place: EventPlace = { tx: row.tx, id: row.id };
  return {
    callId: row.callId,
    seq: row.seq,
    cursor: cursorOfEvent(place),
    type: row.type,
    at: row.at.getTime(),
    details: row.details,
  };
}

function noticeOf(payload: string): CallNotice | undefined {
  const [callId, version, seq, posted] = payload.split(':');
  return callId !== undefined && isCallId(callId)
    ? { callId, version: Number(version), seq: Number(seq), isPosted: posted !== undefined }
    : undefined;
}
