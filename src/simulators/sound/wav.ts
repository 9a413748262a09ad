/**
 * WAV files: writes mu-law (format tag 7), which keeps the very bytes of a call, and reads that and 16-bit PCM.
 */
import { decodeMulaw, MULAW_SILENCE } from '../../core/audio/mulaw.js';

const TAG_PCM = 1;
const TAG_MULAW = 7;
const RATE_HZ = 8000;

function header(channels: number, frames: number): Buffer {
  const head = Buffer.alloc(58);
  const bytes = frames * channels;
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(50 + bytes + (bytes % 2), 4);
  head.write('WAVEfmt ', 8, 'latin1');
  // A compressed format carries an extension size, here empty, and a fact chunk with the length.
  head.writeUInt32LE(18, 16);
  head.writeUInt16LE(TAG_MULAW, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(RATE_HZ, 24);
  head.writeUInt32LE(RATE_HZ * channels, 28);
  head.writeUInt16LE(channels, 32);
  head.writeUInt16LE(8, 34);
  head.writeUInt16LE(0, 36);
  head.write('fact', 38, 'latin1');
  head.writeUInt32LE(4, 42);
  head.writeUInt32LE(frames, 46);
  head.write('data', 50, 'latin1');
  head.writeUInt32LE(bytes, 54);
  return head;
}

/** A call for listening. @param left and right mu-law at 8000 Hz; the shorter is padded with silence. */
export function stereoMulawWav(left: Uint8Array, right: Uint8Array): Buffer {
  const frames = Math.max(left.length, right.length);
  const body = Buffer.alloc(frames * 2, MULAW_SILENCE);
  for (let at = 0; at < left.length; at += 1) body[at * 2] = left[at] ?? MULAW_SILENCE;
  for (let at = 0; at < right.length; at += 1) body[at * 2 + 1] = right[at] ?? MULAW_SILENCE;
  return Buffer.concat([header(2, frames), body]);
}

/** One voice. @param bytes mu-law at 8000 Hz. */
export function monoMulawWav(bytes: Uint8Array): Buffer {
  // A chunk of odd length is followed by a byte that is not counted.
  return Buffer.concat([header(1, bytes.length), bytes, Buffer.alloc(bytes.length % 2)]);
}

export interface Wav {
  readonly sampleRateHz: number;
  readonly channels: readonly Int16Array[];
  /** The bytes themselves, for mu-law. */
  readonly mulaw: readonly Buffer[] | undefined;
}

/** Chunks of other kinds are passed over. @throws Error for what is neither mu-law nor 16-bit PCM; the sample rate may be any */
export function readWav(file: Buffer): Wav {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE')
    throw new Error('not a WAV file');
  const format = chunk(file, 'fmt ');
  if (format.length < 16) throw new Error('the WAV file says too little about its format');
  const body = chunk(file, 'data');
  const tag = format.readUInt16LE(0);
  const count = format.readUInt16LE(2);
  const sampleRateHz = format.readUInt32LE(4);
  const bits = format.readUInt16LE(14);
  if (tag === TAG_MULAW) {
    const mulaw = Array.from({ length: count }, (_, channel) =>
      Buffer.from(body.filter((_byte, at) => at % count === channel)),
    );
    return { sampleRateHz, mulaw, channels: mulaw.map((bytes) => decodeMulaw(bytes)) };
  }
  if (tag !== TAG_PCM || bits !== 16)
    throw new Error(`format ${tag} with ${bits} bits is neither mu-law nor 16-bit PCM`);
  const frames = Math.floor(body.length / 2 / count);
  const channels = Array.from({ length: count }, (_, channel) =>
    Int16Array.from({ length: frames }, (_sample, at) => body.readInt16LE((at * count + channel) * 2)),
  );
  return { sampleRateHz, channels, mulaw: undefined };
}

function chunk(file: Buffer, name: string): Buffer {
  for (let at = 12; at + 8 <= file.length;) {
    const length = file.readUInt32LE(at + 4);
    if (file.toString('latin1', at, at + 4) === name) return file.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length % 2);
  }
  throw new Error(`the WAV file has no chunk "${name.trim()}"`);
}
