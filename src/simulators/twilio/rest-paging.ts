/**
 * One page of a list of the REST API, with the addresses of its neighbours in Twilio's fields. Which items are in the list, and how
 * one looks, is not its business.
 */
import { RestError } from './rest-error.js';

const DEFAULT_PAGE_SIZE = 50;
const LARGEST_PAGE = 1000;

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

export interface Page<Item> {
  readonly items: readonly Item[];
  /** The fields around the items. */
  readonly frame: Readonly<Record<string, unknown>>;
}

/**
 * @param found everything that the query asks for, in its order
 * @param path of the list, without query
 * @throws RestError for a page that is no number
 */
export function pageOf<Item>(found: readonly Item[], path: string, query: URLSearchParams): Page<Item> {
  const pageSize = wholeNumber(query, 'PageSize', [1, LARGEST_PAGE]) ?? DEFAULT_PAGE_SIZE;
  const page = wholeNumber(query, 'Page', [0, Number.MAX_SAFE_INTEGER]) ?? 0;
  const first = page * pageSize;
  const items = found.slice(first, first + pageSize);
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
    items,
    frame: {
      first_page_uri: uriOf(0),
      next_page_uri: hasNext ? uriOf(page + 1) : null,
      previous_page_uri: page > 0 ? uriOf(page - 1) : null,
      uri: uriOf(page),
      page,
      page_size: pageSize,
      start: first,
      end: first + Math.max(0, items.length - 1),
    },
  };
}
