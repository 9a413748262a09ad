/**
 * Port: calls, minutes and cost added up, and what the budget of a day has left.
 */
import type { Budget } from '../call/call.store.js';
import type { Rates } from './estimate.js';

export const USAGE_GROUPS = ['day', 'agent', 'campaign'] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

export interface UsageQuery {
  /** Milliseconds since the Unix epoch, by when calls were created; `from` inclusive, `before` not. */
  readonly from: number;
  readonly before: number;
  readonly groupBy: readonly UsageGroup[];
  readonly agentId?: string;
  readonly campaignId?: string;
}

/** What it is not grouped by is null. */
export interface UsageKey {
  /** `2026-11-23`, in UTC. */
  readonly day: string | null;
  readonly agentId: string | null;
  /** Also null for calls without one. */
  readonly campaignId: string | null;
}

export interface UsageRow extends UsageKey {
  readonly calls: number;
  /** Of answered calls, the running ones included. */
  readonly talkedSeconds: number;
  readonly telephonyUsdMicros: number;
  readonly agentUsdMicros: number;
  /** Whether every call of the row has ended and both vendors have said what it cost. */
  readonly final: boolean;
}

/** Both in millionths of a US dollar. */
export interface Spending {
  /** Of the calls of the day that have ended: charged, or estimated where that is not known yet. */
  readonly spentUsdMicros: number;
  /** What calls in flight count for. */
  readonly reservedUsdMicros: number;
}

/** Every method rejects with CordboardError `store-away` while the store cannot be reached. */
export abstract class UsageStore {
  /** In the order of day, agent and campaign, behind `after`. */
  abstract usage(
    query: UsageQuery,
    rates: Rates,
    limit: number,
    after?: UsageKey,
  ): Promise<readonly UsageRow[]>;
  abstract spending(budget: Pick<Budget, 'since' | 'usdMicrosPerMinute'>): Promise<Spending>;
}
