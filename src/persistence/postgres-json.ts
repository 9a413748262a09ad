/**
 * JSON as Postgres can turn it into text: without NUL and without half of a surrogate pair, both of which JavaScript and JSON allow
 * and a database refuses with everything that comes along. A vendor or a tool may send either.
 */

/** As `JSON.stringify` writes them; one that was a backslash and letters in the text is only looked at for nothing. */
const ESCAPED = /\\u(?:0000|d[89a-f])/;
const REFUSED = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
/** What Unicode has for characters that cannot be shown. */
const REPLACEMENT = '\uFFFD';

export function postgresJson(value: unknown): string {
  const text = JSON.stringify(value);
  return ESCAPED.test(text) ? JSON.stringify(cleaned(JSON.parse(text))) : text;
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(REFUSED, REPLACEMENT);
  if (Array.isArray(value)) return value.map((one) => cleaned(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [cleaned(name), cleaned(one)]));
}
