/**
 * Readers for fields of JSON that somebody else wrote. Each names the field and what was expected, so that a malformed
 * message is a message about the message. Pure; knows no vendor.
 */

/** A message that does not have the form its own protocol promises. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WireError('not JSON');
  }
  if (!isObject(value)) throw new WireError('not a JSON object');
  return value;
}

export function objectField(from: JsonObject, name: string): JsonObject {
  const value = from[name];
  if (!isObject(value)) throw new WireError(`${name}: expected an object`);
  return value;
}

export function optionalObject(from: JsonObject, name: string): JsonObject {
  const value = from[name];
  return isObject(value) ? value : {};
}

export function stringField(from: JsonObject, name: string): string {
  const value = from[name];
  if (typeof value !== 'string') throw new WireError(`${name}: expected a string`);
  return value;
}

export function optionalString(from: JsonObject, name: string): string | undefined {
  const value = from[name];
  return typeof value === 'string' ? value : undefined;
}

export function booleanOr(from: JsonObject, name: string, otherwise: boolean): boolean {
  const value = from[name];
  return typeof value === 'boolean' ? value : otherwise;
}

/** Both vendors have sent numbers as decimal strings somewhere, so both spellings are read. */
export function numberField(from: JsonObject, name: string): number {
  const number = optionalNumber(from, name);
  if (number === undefined) throw new WireError(`${name}: expected a number`);
  return number;
}

export function integerField(from: JsonObject, name: string): number {
  const number = optionalNumber(from, name);
  if (!Number.isInteger(number) || number === undefined) throw new WireError(`${name}: expected an integer`);
  return number;
}

export function optionalNumber(from: JsonObject, name: string): number | undefined {
  const value = from[name];
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A flat map of strings; values of other kinds are left out. */
export function stringMap(from: JsonObject): Record<string, string> {
  const map: Record<string, string> = {};
  for (const [name, value] of Object.entries(from)) if (typeof value === 'string') map[name] = value;
  return map;
}
