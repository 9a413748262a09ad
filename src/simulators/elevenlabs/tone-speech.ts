/**
 * The default voice: loud pseudo-random mu-law noise instead of speech. The same text always gives the same bytes, other
 * texts give others, so that a checker can tell which words were played, lost or doubled. Costs next to nothing.
 */

/** About the pace of a person: 16 characters a second. */
export const TONE_SPEECH_MS_PER_CHARACTER = 60;
const BYTES_PER_MS = 8;

/** FNV-1a, 32 bit; never 0, which would stop the generator below. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 1;
}

/** @returns mu-law, 8000 Hz, mono; 60 ms for each character, all of it loud enough to count as voice. */
export function toneSpeech(text: string): Buffer {
  const speech = Buffer.allocUnsafe(text.length * TONE_SPEECH_MS_PER_CHARACTER * BYTES_PER_MS);
  let state = seedOf(text);
  for (let i = 0; i < speech.length; i++) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    // Sign and mantissa at random, the exponent one of the two for amplitudes of 2000 to 3900 and 8300 to 16000.
    speech[i] = (state & 0x8f) | (state & 0x20 ? 0x30 : 0x10);
  }
  return speech;
}
