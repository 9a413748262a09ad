/**
 * The list of calls: which ones a query asks for, newest first. Pages are cut elsewhere; it does not render calls.
 */
import { RestError } from './rest-error.js';
import type { SimulatedCall } from './simulated-call.js';

/** Besides the times. A filter that is ignored would be a lie. */
const PARAMETERS = ['To', 'From', 'ParentCallSid', 'Status', 'PageSize', 'Page', 'PageToken'];

type TimeOf = (call: SimulatedCall) => number | undefined;
type Filter = (call: SimulatedCall) => boolean;

export interface ListingRules {
  /**
   * What a filter by StartTime makes of a call that was not dialled yet, and so has no start time. Unverified: like a database, false
   * leaves it out; true lets it through.
   */
  readonly startTimeMatchesUnstarted: boolean;
}

function timeFilter(name: string, comparison: string, text: string, timeOf: TimeOf): Filter {
  const asked = Date.parse(text);
  if (Number.isNaN(asked)) throw new RestError(20001, `${name} is not a date: ${text}`);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  // Dates on the wire have whole seconds, so a comparison has them as well.
  const unitMs = isDay ? 86_400_000 : 1000;
  const floor = (ms: number): number => Math.floor(ms / unitMs);
  return (call) => {
    const time = timeOf(call);
    if (time === undefined) return false;
    if (comparison === '<') return floor(time) <= floor(asked);
    if (comparison === '>') return floor(time) >= floor(asked);
    return floor(time) === floor(asked);
  };
}

function startFilter(comparison: string, text: string, rules: ListingRules): Filter {
  const matches = timeFilter('StartTime', comparison, text, (call) => call.startedAtEpochMs);
  return (call) => (call.startedAtEpochMs === undefined ? rules.startTimeMatchesUnstarted : matches(call));
}

function filtersOf(query: URLSearchParams, rules: ListingRules): readonly Filter[] {
  const filters: Filter[] = [];
  for (const [name, text] of query) {
    const [, field, comparison = ''] = /^(Start|End)Time([<>]?)$/.exec(name) ?? [];
    if (!field && !PARAMETERS.includes(name))
      throw new RestError(20001, `the filter ${name} is not simulated`);
    if (text === '') continue;
    if (name === 'To') filters.push((call) => call.to === text);
    else if (name === 'From') filters.push((call) => call.from === text);
    else if (name === 'ParentCallSid') filters.push(() => false);
    else if (name === 'Status') {
      filters.push((call) => (call.status === 'initiated' ? 'queued' : call.status) === text);
    } else if (field === 'Start') filters.push(startFilter(comparison, text, rules));
    else if (field === 'End') {
      filters.push(timeFilter('EndTime', comparison, text, (call) => call.endedAtEpochMs));
    }
  }
  return filters;
}

/**
 * @param calls all of them, the oldest first
 * @throws RestError for a date that is none, and for a filter that is not simulated
 */
export function listCalls(
  calls: readonly SimulatedCall[],
  query: URLSearchParams,
  rules: ListingRules,
): readonly SimulatedCall[] {
  const filters = filtersOf(query, rules);
  return calls.filter((call) => filters.every((matches) => matches(call))).toReversed();
}
