/**
 * The form of words that are spoken to callers: one text for all, or texts by language as JSON, `{"en":"…","de":"…"}`.
 */
import { ValidateBy, type ValidationOptions } from 'class-validator';

/** ISO 639 with or without a region. */
export const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z]{2,4})?$/;
/** Twilio speaks 4,096 characters at most in one `<Say>` (its documentation; unverified). */
const MOST_CHARS = 4000;

/** One text, or texts by language in lower case. */
export type WordsByLanguage = string | Readonly<Record<string, string>>;

/** From text to words; `false` for JSON that cannot be read, which the rule refuses. */
export function wordsByLanguage({ value }: { value: unknown }): unknown {
  if (typeof value !== 'string' || !value.trimStart().startsWith('{')) return value;
  try {
    const texts: unknown = JSON.parse(value);
    return typeof texts === 'object' && texts !== null
      ? Object.fromEntries(Object.entries(texts).map(([tag, text]) => [tag.toLowerCase(), text]))
      : texts;
  } catch {
    return false;
  }
}

export function AreWordsByLanguage(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'areWordsByLanguage',
      validator: {
        validate: areWords,
        defaultMessage: () =>
          `expected a text, or JSON such as {"en":"…","de":"…"}, of ${MOST_CHARS} characters at most each`,
      },
    },
    options,
  );
}

function areWords(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= MOST_CHARS;
  if (typeof value !== 'object' || value === null) return false;
  const texts = Object.entries(value);
  return (
    texts.length > 0 &&
    texts.every(([tag, text]) => LANGUAGE.test(tag) && typeof text === 'string' && text.length <= MOST_CHARS)
  );
}
