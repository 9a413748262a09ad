/**
 * Sums over calls, in Postgres. Running calls are counted with what they have run up by now.
 */
import { sql, type SQL } from 'drizzle-orm';
import type { Budget } from '../core/call/call.store.js';
import type { Rates } from '../core/cost/estimate.js';
import {
  UsageStore,
  type Spending,
  type UsageGroup,
  type UsageKey,
  type UsageQuery,
  type UsageRow,
} from '../core/cost/usage.store.js';
import { spendingSql } from './entry-terms.js';
import type { Database } from './database.js';
import { OPEN } from './schema.js';

/** As the driver gives it: `bigint` as text. */
interface SumRow extends Record<string, unknown> {
  readonly day: string | null;
  readonly agent_id: string | null;
  readonly campaign_id: string | null;
  readonly calls: string;
  readonly seconds: string;
  readonly telephony: string;
  readonly agent: string;
  readonly final: boolean;
}

const KEYS: Readonly<Record<UsageGroup, SQL>> = {
  day: sql.raw(`to_char(created_at at time zone 'UTC', 'YYYY-MM-DD')`),
  agent: sql.raw('agent_id'),
  campaign: sql.raw('campaign_id'),
};
const NOTHING = sql.raw('null::text');
const SECONDS_SINCE_ANSWER = sql.raw(`coalesce(extract(epoch from now() - answered_at), 0)`);
const SECONDS_SINCE_AGENT = sql.raw(`coalesce(extract(epoch from now() - agent_ready_at), 0)`);

export class PostgresUsageStore extends UsageStore {
  constructor(private readonly database: Database) {
    super();
  }

  usage(query: UsageQuery, rates: Rates, limit: number, after?: UsageKey): Promise<readonly UsageRow[]> {
    const key = (group: UsageGroup): SQL => (query.groupBy.includes(group) ? KEYS[group] : NOTHING);
    const place = sql.raw(`(coalesce(day, ''), coalesce(agent_id, ''), coalesce(campaign_id, ''))`);
    const behind = after
      ? sql`where ${place} > (${after.day ?? ''}, ${after.agentId ?? ''}, ${after.campaignId ?? ''})`
      : sql``;
    return this.database.run(async (db) => {
      const { rows } = await db.execute<SumRow>(sql`
        select * from (
          select day, agent_id, campaign_id, count(*) as calls, sum(seconds)::bigint as seconds,
            sum(telephony)::bigint as telephony, sum(agent)::bigint as agent, bool_and(final) as final
          from (
            select ${key('day')} as day, ${key('agent')} as agent_id, ${key('campaign')} as campaign_id,
              ${perCall(rates)}
            from calls where ${conditionsOf(query)}
          ) as counted
          group by day, agent_id, campaign_id
        ) as sums
        ${behind} order by ${place} limit ${limit}`);
      return rows.map((row) => usageOf(row));
    });
  }

  spending(budget: Pick<Budget, 'since' | 'usdMicrosPerMinute'>): Promise<Spending> {
    return this.database.run(async (db) => {
      const { rows } = await db.execute<{ spent: string; reserved: string }>(spendingSql(budget));
      return {
        spentUsdMicros: Number(rows[0]?.spent ?? 0),
        reservedUsdMicros: Number(rows[0]?.reserved ?? 0),
      };
    });
  }
}

/** The same arithmetic as `core/cost/estimate.ts`, for calls that still run. */
function perCall({ telephonyUsdMicrosPerMinute, agentUsdMicrosPerMinute }: Rates): SQL {
  return sql`
    case when ${OPEN} then floor(${SECONDS_SINCE_ANSWER})
         when answered_at is null then 0
         else coalesce(duration_seconds, 0) end as seconds,
    coalesce(telephony_usd_micros, case
      when not (${OPEN}) or answered_at is null then 0
      else greatest(1, ceil(${SECONDS_SINCE_ANSWER} / 60)) * ${telephonyUsdMicrosPerMinute}::bigint
    end) as telephony,
    coalesce(agent_usd_micros, case
      when not (${OPEN}) then 0
      else ceil(${SECONDS_SINCE_AGENT} * ${agentUsdMicrosPerMinute}::bigint / 60)
    end) as agent,
    not (${OPEN}) and telephony_final and agent_final as final`;
}

function conditionsOf({ from, before, agentId, campaignId }: UsageQuery): SQL {
  return sql.join(
    [
      sql`created_at >= ${new Date(from).toISOString()}::timestamptz`,
      sql`created_at < ${new Date(before).toISOString()}::timestamptz`,
      ...(agentId === undefined ? [] : [sql`agent_id = ${agentId}`]),
      ...(campaignId === undefined ? [] : [sql`campaign_id = ${campaignId}`]),
    ],
    sql` and `,
  );
}

function usageOf(row: SumRow): UsageRow {
  return {
    day: row.day,
    agentId: row.agent_id,
    campaignId: row.campaign_id,
    calls: Number(row.calls),
    talkedSeconds: Number(row.seconds),
    telephonyUsdMicros: Number(row.telephony),
    agentUsdMicros: Number(row.agent),
    final: row.final,
  };
}
