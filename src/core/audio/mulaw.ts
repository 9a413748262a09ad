/**
 * G.711 mu-law to 16-bit linear and back, by table. For simulators, voice activity and recordings; the relay never
 * transcodes: 0x7F (negative zero) would come back as 0xFF.
 */

/** The code of silence (positive zero). */
export const MULAW_SILENCE = 0xff;
/** 8000 samples a second, one byte each. */
export const MULAW_BYTES_PER_MS = 8;

/** G.711 adds this before it looks for the segment, so that every segment starts at a power of two. */
const BIAS = 0x84;
const CLIP = 32_635;

function expand(code: number): number {
  const inverted = ~code & 0xff;
  const segment = (inverted >> 4) & 0x07;
  const magnitude = ((((inverted & 0x0f) << 3) + BIAS) << segment) - BIAS;
  return (inverted & 0x80) === 0 ? magnitude : -magnitude;
}

function compress(sample: number): number {
  const negative = sample < 0;
  const magnitude = Math.min(CLIP, Math.abs(sample)) + BIAS;
  const segment = 31 - Math.clz32(magnitude) - 7;
  const step = (magnitude >> (segment + 3)) & 0x0f;
  return ~((negative ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}

/** Linear value of each of the 256 codes. */
export const MULAW_TO_LINEAR: Int16Array = Int16Array.from({ length: 256 }, (_, code) => expand(code));

const LINEAR_TO_MULAW: Uint8Array = Uint8Array.from({ length: 65_536 }, (_, index) =>
  compress(index - 32_768),
);

export function decodeMulaw(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length);
  for (let at = 0; at < bytes.length; at += 1) samples[at] = MULAW_TO_LINEAR[bytes[at] ?? MULAW_SILENCE] ?? 0;
  return samples;
}

export function encodeMulaw(samples: Int16Array): Buffer {
  const bytes = Buffer.allocUnsafe(samples.length);
  for (let at = 0; at < samples.length; at += 1) {
    bytes[at] = LINEAR_TO_MULAW[(samples[at] ?? 0) + 32_768] ?? MULAW_SILENCE;
  }
  return bytes;
}
