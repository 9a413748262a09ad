/**
 * Memory for pairs of samples on their way to a disk, used again and again: a second of a call is 32 kB outside of the collector's heap, and as
 * many of those as there are calls, every second, would keep it busy.
 */

/** A second and a half of both voices; longer pieces are rare. */
const PAIRS_LENGTH = 1.5 * 8000 * 2;
/** Calls write at different moments of each second, so few pieces are lent at once. */
const MOST_FREE = 64;

const free: Int16Array[] = [];

/** Silence of that many samples, until it is given back. */
export function borrowPairs(length: number): Int16Array {
  if (length > PAIRS_LENGTH) return new Int16Array(length);
  const pairs = (free.pop() ?? new Int16Array(PAIRS_LENGTH)).subarray(0, length);
  return pairs.fill(0);
}

/** Must not be looked at any more. */
export function giveBackPairs(pairs: Int16Array): void {
  const isOfPool =
    pairs.byteOffset === 0 && pairs.buffer.byteLength === PAIRS_LENGTH * Int16Array.BYTES_PER_ELEMENT;
  if (isOfPool && free.length < MOST_FREE) free.push(new Int16Array(pairs.buffer));
}
