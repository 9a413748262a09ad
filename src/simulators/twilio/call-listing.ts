/**
 * The list of calls: which ones a query asks for, newest first, and one page of them with the addresses of its neighbours. It
 * does not render calls.
 */
import { RestError } from './rest-error.js';
import type { SimulatedCall } from './simulated-call.js';

const DEFAULT_PAGE_SIZE = 50;
const LARGEST_PAGE = 1000;

type TimeOf = (call: SimulatedCall) => number | undefined;
type Filter = (call: SimulatedCall) => boolean;

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

function filtersOf(query: URLSearchParams): readonly Filter[] {
  const filters: Filter[] = [];
  for (const [name, text] of query) {
    const time = /^(Start|End)Time([<>]?)$/.exec(name);
    if (text === '') continue;
    if (name === 'To') filters.push((call) => call.to === text);
    else if (name === 'From') filters.push((call) => call.from === text);
    else if (name === 'ParentCallSid') filters.push(() => false);
    else if (name === 'Status') {
      filters.push((call) => (call.status === 'initiated' ? 'queued' : call.status) === text);
    } else if (time) {
      const timeOf: TimeOf = (call) => (time[1] === 'Start' ? call.startedAtEpochMs : call.endedAtEpochMs);
      filters.push(timeFilter(name, time[2] ?? '', text, timeOf));
    }
  }
  return filters;
}

function wholeNumber(
  query: URLSearchParams,
  name: string,
  [low, high]: readonly [number, number],
): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < low) throw new RestError(20001, `${name} is not valid: ${text}`);
  return Math.min(value, high);
}

export interface CallPage {
  readonly calls: readonly SimulatedCall[];
  /** The fields around the calls. */
  readonly frame: Readonly<Record<string, unknown>>;
}

/**
 * @param calls all of them, the oldest first
 * @param path of the list, without query
 */
export function listCalls(calls: readonly SimulatedCall[], path: string, query: URLSearchParams): CallPage {
  const filters = filtersOf(query);
  const found = calls.filter((call) => filters.every((matches) => matches(call))).toReversed();
  const pageSize = wholeNumber(query, 'PageSize', [1, LARGEST_PAGE]) ?? DEFAULT_PAGE_SIZE;
  const page = wholeNumber(query, 'Page', [0, Number.MAX_SAFE_INTEGER]) ?? 0;
  const first = page * pageSize;
  const shown = found.slice(first, first + pageSize);
  const uriOf = (number: number): string => {
    const other = new URLSearchParams(query);
    other.set('PageSize', String(pageSize));
    other.set('Page', String(number));
    if (number === 0) other.delete('PageToken');
    // Twilio's token pins the list; here the number of the page is enough.
    else other.set('PageToken', `PA${number}`);
    return `${path}?${other.toString()}`;
  };
  const hasNext = first + pageSize < found.length;
  return {
    calls: shown,
    frame: {
      first_page_uri: uriOf(0),
      next_page_uri: hasNext ? uriOf(page + 1) : null,
      previous_page_uri: page > 0 ? uriOf(page - 1) : null,
      uri: uriOf(page),
      page,
      page_size: pageSize,
      start: first,
      end: first + Math.max(0, shown.length - 1),
    },
  };
}
