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
