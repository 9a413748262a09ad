/**
 * Whether a new call may come in: the budget of the day, and how many calls went to its number or came with its key. Whoever asks
 * holds locks until its transaction is over, so that many at once on many replicas cannot cross a line together.
 */
import { sql, type SQL } from 'drizzle-orm';
import type { Call } from '../core/call/call.js';
import {
  allows,
  type Budget,
  type Cap,
  type EntryRefusal,
  type EntryTerms,
} from '../core/call/call.store.js';
import { OPEN } from './schema.js';

/** Replicas that admit calls under one budget do it one by one. "budg" in ASCII. */
const BUDGET_LOCK = 0x62_75_64_67;

type Execute = (statement: SQL) => Promise<{ readonly rows: readonly Record<string, unknown>[] }>;

/** Undefined: it may. */
export async function entryRefusal(
  execute: Execute,
  call: Pick<Call, 'placedBy'>,
  { budget, caps = [], reserveUsdMicros, destination = '' }: EntryTerms,
): Promise<EntryRefusal | undefined> {
  // Always in this order, so that no two transactions wait for each other.
  if (budget) {
    await execute(sql`select pg_advisory_xact_lock(${BUDGET_LOCK})`);
    const { rows } = await execute(spendingSql(budget));
    const spent = Number(rows[0]?.['spent']) + Number(rows[0]?.['reserved']);
    if (!allows(budget, spent, reserveUsdMicros)) return { of: 'budget' };
  }
  const counted = { destination, key: call.placedBy ?? '' };
  for (const scope of ['destination', 'key'] as const) {
    const ofScope = caps.filter((cap) => cap.of === scope);
    if (ofScope.length > 0) await execute(lockSql(counted[scope], scope));
    for (const cap of ofScope) {
      const { rows } = await execute(oldestInTheWaySql(counted[scope], cap));
      const oldestAt = rows[0]?.['at'];
      if (oldestAt !== undefined) return { of: 'cap', cap, oldestAt: Number(oldestAt) };
    }
  }
  return undefined;
}

function lockSql(counted: string, scope: Cap['of']): SQL {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`${scope} ${counted}`}, 1))`;
}

/** The call, or the transfer of one, that has to grow older before another may follow; none when there is room. */
function oldestInTheWaySql(counted: string, { of, most, since }: Cap): SQL {
  const isCounted = of === 'destination' ? sql`destination_hash = ${counted}` : sql`placed_by = ${counted}`;
  const isRecent = sql`created_at > ${new Date(since).toISOString()}::timestamptz`;
  return sql`
    select extract(epoch from created_at) * 1000 as at from (
      select created_at from calls where ${isCounted} and direction = 'outbound' and ${isRecent}
      union all
      select created_at from call_transfers where ${isCounted} and ${isRecent}
    ) as rung
    order by created_at desc offset ${most - 1} limit 1`;
}

/**
 * What the calls of the day cost: those that have ended, and those in flight at what was reserved, or has run up since the
 * answer where that is more.
 */
export function spendingSql({
  since,
  usdMicrosPerMinute,
}: Pick<Budget, 'since' | 'usdMicrosPerMinute'>): SQL {
  const runUp = sql`ceil(extract(epoch from now() - answered_at) / 60) * ${usdMicrosPerMinute}::bigint`;
  return sql`
    select
      coalesce(sum(greatest(reserved_usd_micros, ${runUp})) filter (where ${OPEN}), 0)::bigint as reserved,
      coalesce(sum(coalesce(telephony_usd_micros, 0) + coalesce(agent_usd_micros, 0)) filter (where not (${OPEN})), 0)::bigint as spent
    from calls where created_at >= ${new Date(since).toISOString()}::timestamptz`;
}
