/**
 * Calls, minutes and cost added up, as the outside sees them.
 */
import { Injectable } from '@nestjs/common';
import { CostRates } from '../calls/cost-rates.js';
import { SpendingGuard } from '../calls/spending-guard.js';
import { Clock } from '../core/clock.js';
import { usdText } from '../core/cost/money.js';
import { UsageStore, type UsageKey, type UsageQuery, type UsageRow } from '../core/cost/usage.store.js';
import { CordboardError } from '../core/errors.js';
import type { BudgetDto, UsageDto, UsageRowDto } from './usage.dto.js';

export interface UsageRequest extends Omit<UsageQuery, 'from' | 'before'> {
  /** Days like `2026-11-23`, both included. */
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly cursor?: string;
}

const DAY_MS = 86_400_000;
const DAYS_BY_DEFAULT = 30;
/** A year and its leap day: what is longer is asked for in parts. */
const MAX_DAYS = 366;

@Injectable()
export class UsageService {
  constructor(
    private readonly store: UsageStore,
    private readonly guard: SpendingGuard,
    private readonly rates: CostRates,
    private readonly clock: Clock,
  ) {}

  /** @throws CordboardError `bad-input` naming `from`, `to` or `cursor`; `store-away`. */
  async usage({ from, to, limit, cursor, ...filter }: UsageRequest): Promise<UsageDto> {
    const after = cursor === undefined ? undefined : readCursor(cursor);
    const range = rangeOf(from, to, this.clock.now());
    const found = await this.store.usage({ ...range, ...filter }, this.rates, limit + 1, after);
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    return {
      data: rows.map((row) => rowView(row)),
      nextCursor: found.length > limit && last ? cursorOf(last) : null,
      budget: await this.budget(),
    };
  }

  private async budget(): Promise<BudgetDto | null> {
    const budget = this.guard.budget();
    if (!budget) return null;
    const { spentUsdMicros, reservedUsdMicros } = await this.store.spending(budget);
    const left = budget.limitUsdMicros - spentUsdMicros - reservedUsdMicros;
    return {
      day: dayOf(budget.since),
      limit: usdText(budget.limitUsdMicros),
      spent: usdText(spentUsdMicros),
      reserved: usdText(reservedUsdMicros),
      left: usdText(Math.max(0, left)),
    };
  }
}

/** Whole days in UTC; the days themselves were checked before. */
function rangeOf(
  from: string | undefined,
  to: string | undefined,
  now: number,
): { readonly from: number; readonly before: number } {
  const before = (to === undefined ? Math.floor(now / DAY_MS) * DAY_MS : Date.parse(to)) + DAY_MS;
  const start = from === undefined ? before - DAYS_BY_DEFAULT * DAY_MS : Date.parse(from);
  if (start >= before)
    throw fault('from', to === undefined ? 'lies in the future' : 'is after `to`; swap the two');
  if (before - start > MAX_DAYS * DAY_MS)
    throw fault('from', `is more than ${MAX_DAYS} days before \`to\`; ask for less at once`);
  return { from: start, before };
}

function rowView(row: UsageRow): UsageRowDto {
  return {
    day: row.day,
    agentId: row.agentId,
    campaignId: row.campaignId,
    calls: row.calls,
    durationSeconds: row.talkedSeconds,
    minutes: Math.round((row.talkedSeconds * 100) / 60) / 100,
    cost: {
      telephony: usdText(row.telephonyUsdMicros),
      agent: usdText(row.agentUsdMicros),
      total: usdText(row.telephonyUsdMicros + row.agentUsdMicros),
      final: row.final,
    },
  };
}

function cursorOf({ day, agentId, campaignId }: UsageKey): string {
  return Buffer.from(JSON.stringify([day, agentId, campaignId])).toString('base64url');
}

function readCursor(cursor: string): UsageKey {
  const [day, agentId, campaignId, ...others] = parsed(cursor);
  if (!isText(day) || !isText(agentId) || !isText(campaignId) || others.length > 0)
    throw fault('cursor', 'is not a cursor of this list; take nextCursor of an earlier answer');
  return { day, agentId, campaignId };
}

function parsed(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** Postgres takes no NUL in a text. */
function isText(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && !value.includes('\0'));
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function fault(field: string, message: string): CordboardError {
  return new CordboardError('bad-input', `${field}: ${message}`, [{ field, message }]);
}
