/**
 * Sounds of a caller for tests, as mu-law bytes: silence, voice-loud noise, and steady line noise of a known strength. The
 * same arguments always give the same bytes.
 */
import { encodeMulaw } from '../../../src/core/audio/mulaw.js';
import { toneSpeech, TONE_SPEECH_MS_PER_CHARACTER } from '../../../src/simulators/elevenlabs/tone-speech.js';

const BYTES_PER_MS = 8;

export function silence(ms: number): Buffer {
  return Buffer.alloc(ms * BYTES_PER_MS, 0xff);
}

/** Loud enough for voice at every moment. */
export function voice(ms: number): Buffer {
  const characters = Math.ceil(ms / TONE_SPEECH_MS_PER_CHARACTER);
  return toneSpeech('v'.repeat(characters)).subarray(0, ms * BYTES_PER_MS);
}

/** White noise, uniform between plus and minus `amplitude`; its RMS is amplitude / 1.73. */
export function noise(ms: number, amplitude: number): Buffer {
  let state = 12_345;
  const samples = Int16Array.from({ length: ms * BYTES_PER_MS }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.round((state / 2 ** 31 - 1) * amplitude);
  });
  return encodeMulaw(samples);
}

/** A spoken turn as the ear needs it: voice, and the quiet that ends a turn. */
export function turn(ms: number): Buffer {
  return Buffer.concat([voice(ms), silence(700)]);
}
