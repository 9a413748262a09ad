/**
 * What a tool returned, as the one string that ElevenLabs takes: anything else ends the session there.
 */

/** A model reads this; more than that costs time and tokens and says nothing. */
export const MAX_RESULT_CHARS = 16_000;

/** @throws TypeError when the value cannot be written as JSON */
export function resultText(value: unknown): string {
  if (value === undefined || value === null) return 'Done.';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'Done.');
  if (text.length <= MAX_RESULT_CHARS) return text;
  // So that the model does not take the part for the whole, nor for broken JSON.
  return `${text.slice(0, MAX_RESULT_CHARS)}… [cut: these are the first ${MAX_RESULT_CHARS} of ${text.length} characters]`;
}
