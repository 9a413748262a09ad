/**
 * Money as whole millionths of a US dollar, and as the decimal text that others write and read. No sum is ever made of fractions.
 */

const MICROS = 1_000_000;
const DECIMAL = /^([+-]?)(\d{1,9})(?:\.(\d*))?$/;
/** A number of a JSON document may carry the dust of somebody's floating point; nine digits are a thousand times finer than we keep. */
const DIGITS_OF_NUMBERS = 9;

/**
 * The amount of a text like `-0.0140` or of a number in JSON, in millionths, rounded to the nearest one.
 * @returns undefined for anything that is no amount below a thousand million.
 */
export function usdMicrosOf(amount: unknown): number | undefined {
  const text = typeof amount === 'number' ? written(amount) : amount;
  if (typeof text !== 'string') return undefined;
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text.trim()) ?? [];
  if (whole === undefined) return undefined;
  const micros = Number(whole) * MICROS + Number(fraction.slice(0, 6).padEnd(6, '0'));
  const rounded = micros + (fraction.charAt(6) >= '5' ? 1 : 0);
  return sign === '-' && rounded !== 0 ? -rounded : rounded;
}

function written(amount: number): string | undefined {
  return Number.isFinite(amount) && Math.abs(amount) < 1e9 ? amount.toFixed(DIGITS_OF_NUMBERS) : undefined;
}

/** Decimal text with four digits behind the point, as Twilio writes prices, and up to six where there are that many. */
export function usdText(usdMicros: number): string {
  const sign = usdMicros < 0 ? '-' : '';
  const micros = Math.abs(usdMicros);
  const fraction = String(micros % MICROS).padStart(6, '0');
  return `${sign}${Math.floor(micros / MICROS)}.${fraction.replace(/0{1,2}$/, '')}`;
}
