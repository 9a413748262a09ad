/**
 * How a PATCH changes what is stored: objects member by member, everything else (lists too) as a whole. Pure.
 */
import { isObject, type JsonObject } from '../../protocol/decoding.js';

export function merged(stored: JsonObject, change: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...stored };
  for (const [name, value] of Object.entries(change)) {
    const before = stored[name];
    result[name] = isObject(before) && isObject(value) ? merged(before, value) : value;
  }
  return result;
}

/** What is at the end of a path of members; undefined when there is none. */
export function memberAt(from: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), from);
}
