/**
 * The XOR of RFC 6455, in place and four bytes at a time.
 */

/** A key at any rotation, read as a word in the machine's own byte order. */
const rotated = new Uint8Array(4);
const rotatedWord = new Int32Array(rotated.buffer);

/** All of the memory behind the bytes; their own beginning need not be aligned. */
export function wordsOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2);
}

/** Below this a view of words is not worth its making. */
export const WORTH_WORDS = 32;

/**
 * @param key holds the four bytes at `keyAt`; must not lie between `from` and `to`.
 * @param words of the same memory; undefined for a few bytes.
 * @returns whether every byte is ASCII afterwards: that comes for free here.
 */
export function applyMask(
  bytes: Uint8Array,
  words: Int32Array | undefined,
  from: number,
  to: number,
  key: Uint8Array,
  keyAt: number,
): boolean {
  if (!words) return maskBytes(bytes, from, to, from, key, keyAt);
  const base = bytes.byteOffset;
  const firstWord = (base + from + 3) >> 2;
  const endWord = (base + to) >> 2;
  if (firstWord >= endWord) return maskBytes(bytes, from, to, from, key, keyAt);
  const aligned = (firstWord << 2) - base;
  const rest = (endWord << 2) - base;
  for (let k = 0; k < 4; k += 1) rotated[k] = key[keyAt + ((aligned - from + k) & 3)] ?? 0;
  const mask = rotatedWord[0] ?? 0;
  let seen = 0;
  for (let word = firstWord; word < endWord; word += 1) seen |= words[word] = (words[word] ?? 0) ^ mask;
  const isAscii = (seen & 0x80_80_80_80) === 0;
  const startIsAscii = maskBytes(bytes, from, aligned, from, key, keyAt);
  return maskBytes(bytes, rest, to, from, key, keyAt) && startIsAscii && isAscii;
}

/** @param begin where the payload begins, and the key with it. */
function maskBytes(
  bytes: Uint8Array,
  from: number,
  to: number,
  begin: number,
  key: Uint8Array,
  keyAt: number,
): boolean {
  let seen = 0;
  for (let at = from; at < to; at += 1)
    seen |= bytes[at] = (bytes[at] ?? 0) ^ (key[keyAt + ((at - begin) & 3)] ?? 0);
  return (seen & 0x80) === 0;
}
