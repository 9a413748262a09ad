/**
 * Webhooks on their way, in Postgres: shared among replicas by claims that run out, by the clock of the database. They are written
 * with their events, see `call-sql.ts`.
 */
import { and, asc, eq, gt, sql, type SQL } from 'drizzle-orm';
import type { TimelineType } from '../core/call/timeline.js';
import type { CallId } from '../core/ids.js';
import {
  DeliveryStore,
  type ClaimedDelivery,
  type ClaimLimits,
  type Delivery,
} from '../core/webhook/delivery.store.js';
import type { AttemptOutcome, Verdict } from '../core/webhook/retry-schedule.js';
import type { Drizzle } from './connections.js';
import type { Database } from './database.js';
import { callEvents, webhookDeliveries } from './schema.js';

/** As the driver gives it: `numeric` as text, times as text too where it does not know the column. */
interface ClaimedRow extends Record<string, unknown> {
  readonly call_id: CallId;
  readonly seq: number;
  readonly url: string;
  readonly attempts: number;
  readonly age: string;
  readonly ticket: string;
  readonly type: TimelineType;
  readonly at_ms: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** How many due deliveries are looked at for one that is taken. */
const LOOKED_AT = 4;
const IS_FREE = sql`(one.claimed_until is null or one.claimed_until <= now())`;
const IS_NEXT = sql`behind.seq = (
  select min(seq) from webhook_deliveries
  where call_id = settled.call_id and seq > settled.seq and status = 'pending' and requested_at is null
)`;
const TICKET = sql`extract(epoch from claimed_until)::text`;

export class PostgresDeliveryStore extends DeliveryStore {
  constructor(private readonly database: Database) {
    super();
  }

  /**
   * Rows that another replica is just taking are passed over: waiting for each other's rows, two could block for good. More are
   * locked than are taken, because those of one address may stand in a row.
   */
  claim({ deliveries, ofOneUrl, exceptUrls, seconds }: ClaimLimits): Promise<readonly ClaimedDelivery[]> {
    return this.database.run(async (db) => {
      const { rows } = await db.execute<ClaimedRow>(sql`
        with claimed as (
          update webhook_deliveries as one
          set claimed_until = now() + make_interval(secs => ${seconds}), attempts = one.attempts + 1
          from (
            select call_id, seq from (
              select call_id, seq, next_attempt_at,
                row_number() over (partition by url order by next_attempt_at, seq) as place
              from (
                select call_id, seq, url, next_attempt_at from webhook_deliveries as one
                where ${isDue(exceptUrls)}
                order by next_attempt_at, seq limit ${deliveries * LOOKED_AT} for update skip locked
              ) as free
            ) as ranked
            where place <= ${ofOneUrl} order by next_attempt_at, seq limit ${deliveries}
          ) as due
          where one.call_id = due.call_id and one.seq = due.seq
          returning one.call_id, one.seq, one.url, one.attempts, ${TICKET} as ticket,
            extract(epoch from now() - coalesce(one.requested_at, one.created_at)) as age
        )
        select claimed.*, e.type, extract(epoch from e.at) * 1000 as at_ms, e.details
        from claimed join call_events as e on e.call_id = claimed.call_id and e.seq = claimed.seq`);
      return rows.map((row) => claimedOf(row));
    });
  }

  /**
   * What waits behind it in its call comes due with it, and not before: a receiver that is down for hours would otherwise leave ever
   * more that is due and cannot go, to be looked through each time.
   */
  settle({ event, ticket }: ClaimedDelivery, outcome: AttemptOutcome, verdict: Verdict): Promise<void> {
    const isRetry = verdict.kind === 'retry';
    const next = isRetry ? sql`now() + make_interval(secs => ${verdict.inSeconds})` : sql`next_attempt_at`;
    return this.database.run(async (db) => {
      await db.execute(sql`
        with settled as (
          update webhook_deliveries
          set status = ${isRetry ? 'pending' : verdict.kind}, next_attempt_at = ${next}, claimed_until = null,
            delivered_at = ${verdict.kind === 'delivered' ? sql`now()` : sql`null`},
            last_status = ${outcome.status}, last_error = ${outcome.error}
          where call_id = ${event.callId} and seq = ${event.seq} and ${TICKET} = ${ticket}
          returning call_id, seq, next_attempt_at, requested_at
        )
        update webhook_deliveries as behind
        set next_attempt_at = ${isRetry ? sql`greatest(behind.next_attempt_at, settled.next_attempt_at)` : sql`now()`}
        from settled
        where behind.call_id = settled.call_id and behind.seq > settled.seq and behind.status = 'pending'
          and behind.requested_at is null and settled.requested_at is null
          and ${isRetry ? sql`true` : IS_NEXT}`);
    });
  }

  release({ event, ticket }: ClaimedDelivery): Promise<void> {
    return this.database.run(async (db) => {
      await db.execute(sql`
        update webhook_deliveries set claimed_until = null, attempts = attempts - 1
        where call_id = ${event.callId} and seq = ${event.seq} and ${TICKET} = ${ticket}`);
    });
  }

  list(callId: CallId, afterSeq: number, limit: number): Promise<readonly Delivery[]> {
    return this.database.run((db) => read(db, callId, gt(webhookDeliveries.seq, afterSeq), limit));
  }

  redeliver(callId: CallId, seq: number): Promise<Delivery | undefined> {
    return this.database.run(async (db) => {
      await db.execute(sql`
        update webhook_deliveries
        set status = 'pending', attempts = 0, next_attempt_at = now(), requested_at = now(), claimed_until = null,
          delivered_at = null
        where call_id = ${callId} and seq = ${seq}`);
      const [delivery] = await read(db, callId, eq(webhookDeliveries.seq, seq), 1);
      return delivery;
    });
  }
}

/** The earliest of its call that is not settled; what was asked for again stands beside that order. */
function isDue(exceptUrls: readonly string[]): SQL {
  const isFirst = sql`not exists (
    select from webhook_deliveries as earlier
    where earlier.call_id = one.call_id and earlier.seq < one.seq
      and earlier.status = 'pending' and earlier.requested_at is null
  )`;
  const full = sql`array(select json_array_elements_text(${JSON.stringify(exceptUrls)}::json))`;
  return sql`one.status = 'pending' and one.next_attempt_at <= now() and ${IS_FREE}
    and one.url <> all(${full}) and (one.requested_at is not null or ${isFirst})`;
}

function claimedOf(row: ClaimedRow): ClaimedDelivery {
  const { call_id: callId, seq, url, attempts, age, ticket, type, at_ms: at, details } = row;
  const event = { callId, seq, type, at: Math.round(Number(at)), details };
  return { url, event, attempts, ageSeconds: Number(age), ticket };
}

async function read(db: Drizzle, callId: CallId, which: SQL, limit: number): Promise<Delivery[]> {
  const rows = await db
    .select({ delivery: webhookDeliveries, type: callEvents.type })
    .from(webhookDeliveries)
    .innerJoin(
      callEvents,
      and(eq(callEvents.callId, webhookDeliveries.callId), eq(callEvents.seq, webhookDeliveries.seq)),
    )
    .where(and(eq(webhookDeliveries.callId, callId), which))
    .orderBy(asc(webhookDeliveries.seq))
    .limit(limit);
  return rows.map(({ delivery, type }) => {
    const { seq, url, status, attempts, createdAt, nextAttemptAt, deliveredAt, lastStatus, lastError } =
      delivery;
    return {
      callId,
      seq,
      type,
      url,
      status,
      attempts,
      createdAt: createdAt.getTime(),
      nextAttemptAt: status === 'pending' ? nextAttemptAt.getTime() : null,
      deliveredAt: deliveredAt?.getTime() ?? null,
      lastStatus,
      lastError,
    };
  });
}
