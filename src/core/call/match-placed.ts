/**
 * Which call on the carrier's list is ours, when the answer to our request was lost. Pure. A call on that list does not say who
 * asked for it, so it is taken only when nothing else can be meant: a wrong id would put two people through to each other's agents.
 */
import type { Call } from './call.js';

/** A call on the carrier's list, with our two numbers. */
export interface PlacedCall {
  readonly twilioCallSid: string;
  /** Milliseconds since the Unix epoch, in whole seconds, by the carrier's clock. */
  readonly createdAt: number;
}

export type Match = { readonly twilioCallSid: string } | 'none' | 'ambiguous';

/** The carrier's times have whole seconds, and clocks differ a little. */
const EARLY_MS = 2000;
/** Pauses between tries, the time limits of the requests and a carrier that is slow, together. */
const LATE_MS = 75_000;

/** The store may have been away between the asking on record and the request, at most for as long as a phone rings. */
function latest({ ringTimeoutSeconds }: Call): number {
  return LATE_MS + ringTimeoutSeconds * 1000;
}

/** Whether that call of ours may have been placed by a request that was under way at the same time. */
export function isRival(call: Call, other: Call): boolean {
  if (other.id === call.id || other.direction !== 'outbound' || other.twilioCallSid !== null) return false;
  if (other.to !== call.to || other.from !== call.from || other.failure?.code === 'carrier-refused')
    return false;
  const [asked, othersAsked] = [call.times.startedAt, other.times.startedAt];
  if (asked === null || othersAsked === null) return false;
  return Math.abs(asked - othersAsked) <= EARLY_MS + Math.max(latest(call), latest(other));
}

/** Those of the list that the request for this call can have made. */
export function fitting(call: Call, placed: readonly PlacedCall[]): readonly PlacedCall[] {
  const asked = call.times.startedAt;
  if (asked === null) return [];
  return placed.filter(({ createdAt }) => createdAt >= asked - EARLY_MS && createdAt <= asked + latest(call));
}

/**
 * @param placed what fits
 * @param taken carrier's ids that are on record for other calls
 * @param hasRival whether what is left over may belong to another call of ours
 */
export function matchPlaced(
  placed: readonly PlacedCall[],
  taken: ReadonlySet<string>,
  hasRival: boolean,
): Match {
  const free = placed.filter(({ twilioCallSid }) => !taken.has(twilioCallSid));
  const [only] = free;
  if (!only) return 'none';
  return free.length > 1 || hasRival ? 'ambiguous' : { twilioCallSid: only.twilioCallSid };
}
