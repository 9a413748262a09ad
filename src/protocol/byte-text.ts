/**
 * Looks at JSON where it lies, as bytes: for the few messages that make up nearly all of the traffic. Understands much less than JSON is,
 * and says so: whatever it does not know is for `JSON.parse`.
 */

/** A piece of text that must stand there byte by byte. ASCII only. */
export function literal(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** @returns where it ends; -1 where something else stands. A start of -1 stays -1, so that steps can follow each other unasked. */
export function after(bytes: Uint8Array, at: number, expected: Uint8Array): number {
  if (at < 0) return -1;
  const { length } = expected;
  for (let k = 0; k < length; k += 1) if (bytes[at + k] !== expected[k]) return -1;
  return at + length;
}

/** More digits could not be told from each other as a number. */
const MAX_DIGITS = 15;

/** @returns where the digits end; -1 where there are none, or too many. */
export function afterDigits(bytes: Uint8Array, at: number): number {
  if (at < 0) return -1;
  let end = at;
  while (isDigit(bytes[end])) end += 1;
  return end === at || end - at > MAX_DIGITS ? -1 : end;
}

/** The number that the digits between are; as JSON it has no needless zero in front. */
export function numberOf(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) value = value * 10 + (bytes[at] ?? 0) - ZERO;
  return value;
}

/** Whether JSON would take the digits for a number: none has a zero in front. */
export function isJsonNumber(bytes: Uint8Array, from: number, to: number): boolean {
  return to - from === 1 || bytes[from] !== ZERO;
}

const ZERO = 0x30;
const NINE = 0x39;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
