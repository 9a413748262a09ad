/**
 * How much of the agent's last words reached the line before its socket broke. The text of a response comes whole with its first audio;
 * nothing surely says how much audio was still to come. So: the words that the agent spelt out with its audio where it does that,
 * otherwise the time that such a text takes, by the pace of the responses before. Pure.
 */

export interface LastWords {
  readonly text: string;
  /** Milliseconds of its audio that were sent to the line; they are heard, since nothing is thrown away. */
  readonly sentMs: number;
  /** The words of the audio that came, where the agent told them (`alignment`). */
  readonly spelling: string | undefined;
  /** Milliseconds for a character, of responses that came whole; undefined where there was none. */
  readonly pace: number | undefined;
}

/** Of English at an ordinary pace: 15 characters a second. Figures of vendors and of read speech lie between 12 and 17. */
const ORDINARY_MS_PER_CHAR = 66;
/** So much of the expected time counts as all of it: pace varies by as much, and a doubled last word is worse than none missing. */
const AS_GOOD_AS_ALL = 0.85;

/** @returns what was heard, at a boundary of words; undefined where it was all. */
export function brokenOffAt({ text, sentMs, spelling, pace }: LastWords): string | undefined {
  if (spelling !== undefined) {
    const heard = spelling.trim();
    return heard.length >= text.trim().length ? undefined : heard;
  }
  const expectedMs = text.length * (pace ?? ORDINARY_MS_PER_CHAR);
  if (sentMs >= expectedMs * AS_GOOD_AS_ALL) return undefined;
  return upToWord(text, Math.floor((text.length * sentMs) / expectedMs));
}

/** To the end of the word in which it broke off, since it was heard to begin. */
function upToWord(text: string, chars: number): string {
  if (chars <= 0 || /\s/.test(text.charAt(chars - 1))) return text.slice(0, Math.max(chars, 0)).trimEnd();
  const rest = text.slice(chars);
  const space = rest.search(/\s/);
  return (space === -1 ? text : text.slice(0, chars + space)).trimEnd();
}
