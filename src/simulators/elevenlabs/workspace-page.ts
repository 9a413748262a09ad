/**
 * One page of a list: `page_size` from 1 to 100 (30), `cursor` of the page before. A cursor here is the index that comes next; the
 * real one is not told what it is. Pure.
 */
import { faultyQuery, type Answer } from './rest-answer.js';

const DEFAULT_PAGE = 30;
const LARGEST_PAGE = 100;

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
  readonly has_more: boolean;
}

/** A refusal when the query makes no sense. */
export function pageOf<Item>(items: readonly Item[], query: URLSearchParams): Page<Item> | Answer {
  const size = Number(query.get('page_size') ?? DEFAULT_PAGE);
  if (!Number.isInteger(size) || size < 1 || size > LARGEST_PAGE)
    return faultyQuery('page_size', `Input should be an integer from 1 to ${LARGEST_PAGE}`, 'value_error');
  const from = Number(query.get('cursor') ?? 0);
  if (!Number.isInteger(from) || from < 0)
    return faultyQuery('cursor', 'Input should be a cursor of this list', 'value_error');
  const next = from + size;
  const hasMore = next < items.length;
  return { items: items.slice(from, next), next_cursor: hasMore ? String(next) : null, has_more: hasMore };
}
