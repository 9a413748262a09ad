/**
 * Whether a text is base64 and nothing else. Payloads are written into JSON by template, so every character of every frame is judged;
 * decoding it into a scratch buffer is native code and costs less than any look at it from here.
 */

const PADDED_BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const scratch = Buffer.allocUnsafeSlow(48 * 1024);

/** Of whole groups of four, padded with `=` at the end. The empty text is one. */
export function isPaddedBase64(text: string): boolean {
  const { length } = text;
  if ((length & 3) !== 0) return false;
  const whole = (length >> 2) * 3;
  if (whole > scratch.length) return PADDED_BASE64.test(text);
  let padding = 0;
  if (text.endsWith('=')) padding = text.endsWith('==') ? 2 : 1;
  // The decoder leaves out what is not of its alphabet, and then has less; only that of URLs passes for its own.
  return scratch.write(text, 0, 'base64') === whole - padding && !text.includes('-') && !text.includes('_');
}

const IS_OF_BASE64 = new Uint8Array(256);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
  IS_OF_BASE64[char.charCodeAt(0)] = 1;
const EQUALS = 0x3d;

/** The same where it lies. */
export function arePaddedBase64(bytes: Uint8Array, from: number, to: number): boolean {
  if (((to - from) & 3) !== 0) return false;
  let end = to;
  if (end > from && bytes[end - 1] === EQUALS) end -= bytes[end - 2] === EQUALS ? 2 : 1;
  // Without a branch for each, since it is right nearly always.
  let all = 1;
  for (let at = from; at < end; at += 1) all &= IS_OF_BASE64[bytes[at] ?? 0] ?? 0;
  return all === 1;
}
