/**
 * Steps over a value of compact JSON without reading it: strings without escapes, whole numbers, and what is made of them.
 * Everything else, spaces included, is for `JSON.parse`.
 */
import { after, afterDigits, isJsonNumber, literal } from './byte-text.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const TRUE = literal('true');
const FALSE = literal('false');
const NULL = literal('null');
/** More than any message has that is looked at so. */
const MAX_DEPTH = 4;

/** @returns where the value ends; -1 where it is not that plain. */
export function afterPlainValue(bytes: Uint8Array, at: number, depth = 0): number {
  if (at < 0 || depth > MAX_DEPTH) return -1;
  switch (bytes[at]) {
    case QUOTE:
      return afterPlainString(bytes, at);
    case OPEN_LIST:
      return afterMembers(bytes, at, depth, false);
    case OPEN_OBJECT:
      return afterMembers(bytes, at, depth, true);
    case 0x74:
      return after(bytes, at, TRUE);
    case 0x66:
      return after(bytes, at, FALSE);
    case 0x6e:
      return after(bytes, at, NULL);
    default:
      return afterInteger(bytes, bytes[at] === MINUS ? at + 1 : at);
  }
}

/** Digits that JSON takes for a number. */
export function afterInteger(bytes: Uint8Array, at: number): number {
  const end = afterDigits(bytes, at);
  return end < 0 || !isJsonNumber(bytes, at, end) ? -1 : end;
}

function afterPlainString(bytes: Uint8Array, at: number): number {
  for (let end = at + 1; ; end += 1) {
    const byte = bytes[end];
    if (byte === QUOTE) return end + 1;
    if (byte === undefined || byte === BACKSLASH || byte < SPACE) return -1;
  }
}

function afterMembers(bytes: Uint8Array, at: number, depth: number, hasKeys: boolean): number {
  const close = hasKeys ? CLOSE_OBJECT : CLOSE_LIST;
  if (bytes[at + 1] === close) return at + 2;
  let end = at;
  do {
    end += 1;
    if (hasKeys) {
      if (bytes[end] !== QUOTE) return -1;
      end = afterPlainString(bytes, end);
      if (end < 0 || bytes[end] !== COLON) return -1;
      end += 1;
    }
    end = afterPlainValue(bytes, end, depth + 1);
    if (end < 0) return -1;
  } while (bytes[end] === COMMA);
  return bytes[end] === close ? end + 1 : -1;
}
