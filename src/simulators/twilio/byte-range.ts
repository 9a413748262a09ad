/**
 * One range of bytes as HTTP asks for it (RFC 9110, section 14): what of a known length is meant. It reads a header and writes none.
 */

/** Both inclusive, from 0. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * @param header the value of `Range`
 * @returns undefined when everything is to be sent: without a range, for several, for what is none; `outside` for a 416
 */
export function readRange(header: string | undefined, totalBytes: number): ByteRange | 'outside' | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === undefined || to === undefined || from + to === '') return undefined;
  if (from === '') {
    const bytes = Math.min(Number(to), totalBytes);
    return bytes === 0 ? 'outside' : { first: totalBytes - bytes, last: totalBytes - 1 };
  }
  const first = Number(from);
  if (to !== '' && Number(to) < first) return undefined;
  if (first >= totalBytes) return 'outside';
  return { first, last: to === '' ? totalBytes - 1 : Math.min(Number(to), totalBytes - 1) };
}
