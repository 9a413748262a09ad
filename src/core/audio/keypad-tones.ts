/**
 * The tones of a telephone keypad as mu-law at 8000 Hz: two sines a key (ITU-T Q.23), long and far enough apart for receivers that
 * follow ITU-T Q.24. Pure.
 */
import { encodeMulaw, MULAW_BYTES_PER_MS, MULAW_SILENCE } from './mulaw.js';

/** As the `digits` of Twilio's `<Play>`: `w` waits half a second, `W` a whole one. */
export const KEYS = /^[\dA-D*#wW]+$/;

const ROWS_HZ = [697, 770, 852, 941];
const COLUMNS_HZ = [1209, 1336, 1477, 1633];
const PAD = ['123A', '456B', '789C', '*0#D'];

/** Receivers must take 40 ms and the pause between two keys as long; networks and codecs like more. */
const TONE_MS = 100;
const GAP_MS = 100;
const WAITS_MS: Readonly<Record<string, number>> = { w: 500, W: 1000 };

const SAMPLE_RATE_HZ = 8000;
/** A full-scale sine of mu-law is +3.17 dBm0. */
const FULL_SCALE_DBM0 = 3.17;
const FULL_SCALE = 32_124;
/** The high group is sent louder, since lines damp it more. */
const LOW_DBM0 = -9;
const HIGH_DBM0 = -7;

/** The two frequencies of a key in Hz; undefined for a wait. */
export function frequenciesOf(key: string): readonly [number, number] | undefined {
  const row = PAD.findIndex((keys) => keys.includes(key));
  const low = ROWS_HZ[row];
  const high = COLUMNS_HZ[PAD[row]?.indexOf(key) ?? -1];
  return low === undefined || high === undefined ? undefined : [low, high];
}

/** How long a key sounds with the gap behind it, or a wait lasts, in milliseconds. */
export function keyMs(key: string): number {
  return WAITS_MS[key] ?? TONE_MS + GAP_MS;
}

const cache = new Map<string, Buffer>();

/** The sound of the keys one after the other. @param keys that fit `KEYS` */
export function tonesOf(keys: string): Buffer {
  return Buffer.concat(Array.from(keys, (key) => toneOf(key)));
}

function toneOf(key: string): Buffer {
  const known = cache.get(key);
  if (known) return known;
  const bytes = Buffer.alloc(keyMs(key) * MULAW_BYTES_PER_MS, MULAW_SILENCE);
  const frequencies = frequenciesOf(key);
  if (frequencies) encodeMulaw(sines(frequencies)).copy(bytes);
  cache.set(key, bytes);
  return bytes;
}

function sines([low, high]: readonly [number, number]): Int16Array {
  const amplitude = (dbm0: number): number => FULL_SCALE * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20);
  const sample = (at: number, hertz: number): number => Math.sin((2 * Math.PI * hertz * at) / SAMPLE_RATE_HZ);
  return Int16Array.from({ length: TONE_MS * MULAW_BYTES_PER_MS }, (_, at) =>
    Math.round(amplitude(LOW_DBM0) * sample(at, low) + amplitude(HIGH_DBM0) * sample(at, high)),
  );
}
