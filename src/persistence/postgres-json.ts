/**
 * JSON as Postgres can turn it into text: without NUL and without half of a surrogate pair, both of which JavaScript and JSON allow
 * and a database refuses with everything that comes along, and no deeper than both can follow. A vendor or a tool may send any of it.
 */
import { isTooDeep, MAX_DEPTH } from '../core/json-depth.js';

/** As `JSON.stringify` writes them; one that was a backslash and letters in the text is only looked at for nothing. */
const ESCAPED = /\\u(?:0000|d[89a-f])/;
const REFUSED = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
/** What Unicode has for characters that cannot be shown. */
const REPLACEMENT = '\uFFFD';

/** What is of somebody else lies a few levels down in what is written. */
const MOST_LEVELS = MAX_DEPTH + 16;

export function postgresJson(value: unknown): string {
  const text = JSON.stringify(isTooDeep(value, MOST_LEVELS) ? cut(value, MOST_LEVELS) : value);
  return ESCAPED.test(text) ? JSON.stringify(cleaned(JSON.parse(text))) : text;
}

/** What lies deeper becomes null. */
function cut(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return null;
  if (Array.isArray(value)) return value.map((one) => cut(one, levels - 1));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, cut(one, levels - 1)]));
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(REFUSED, REPLACEMENT);
  if (Array.isArray(value)) return value.map((one) => cleaned(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [cleaned(name), cleaned(one)]));
}
