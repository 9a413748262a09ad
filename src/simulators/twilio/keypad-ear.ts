/**
 * Hears keypad tones in what is played to the far end, as a telephone exchange does: by the energy at the eight frequencies (Goertzel),
 * a key being one of each group, far above the others. It knows how a key sounds, and nothing of who pressed it.
 */
import { decodeMulaw } from '../../core/audio/mulaw.js';

const SAMPLE_RATE_HZ = 8000;
/** 25.6 ms: 39 Hz apart, enough to tell neighbours, short enough for a key of 40 ms. */
const WINDOW = 205;
const ROWS_HZ = [697, 770, 852, 941];
const COLUMNS_HZ = [1209, 1336, 1477, 1633];
const PAD = ['123A', '456B', '789C', '*0#D'];
/** Share of the whole energy that the two frequencies of a key have at least; voices spread theirs. */
const LEAST_SHARE = 0.7;
/** Mean of the squares below which there is only noise, about -35 dBm0. */
const LEAST_POWER = 50_000;
/** The groups may differ by so much: 8 dB, as receivers have to allow. */
const MOST_TWIST = 6.3;
/** A key lasts for so many windows at least, and so many without it end it. */
const LEAST_WINDOWS = 2;

/** The keys in the sound, in order. @param sound mu-law at 8000 Hz */
export function keysIn(sound: Uint8Array): string {
  const samples = decodeMulaw(sound);
  let keys = '';
  let current = '';
  let windows = 0;
  for (let from = 0; from + WINDOW <= samples.length; from += WINDOW) {
    const key = keyOf(samples.subarray(from, from + WINDOW));
    windows = key === current ? windows + 1 : 1;
    current = key;
    if (key !== '' && windows === LEAST_WINDOWS) keys += key;
  }
  return keys;
}

/** Empty for none. */
function keyOf(samples: Int16Array): string {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  if (power < LEAST_POWER) return '';
  const rows = ROWS_HZ.map((hertz) => powerAt(samples, hertz));
  const columns = COLUMNS_HZ.map((hertz) => powerAt(samples, hertz));
  const [low, high] = [Math.max(...rows), Math.max(...columns)];
  const isKey = low + high > LEAST_SHARE * power && low < high * MOST_TWIST && high < low * MOST_TWIST;
  return isKey ? (PAD[rows.indexOf(low)]?.charAt(columns.indexOf(high)) ?? '') : '';
}

/** Power of the sine of that frequency, as the mean of its squares. */
function powerAt(samples: Int16Array, hertz: number): number {
  const factor = 2 * Math.cos((2 * Math.PI * hertz) / SAMPLE_RATE_HZ);
  let last = 0;
  let before = 0;
  for (const sample of samples) [last, before] = [sample + factor * last - before, last];
  const energy = last * last + before * before - factor * last * before;
  return (2 * energy) / (samples.length * samples.length);
}
