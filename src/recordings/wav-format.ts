/**
 * The form of a recording's file: WAV, 16-bit PCM, 8000 Hz, stereo, because everything plays it, browsers included. The header is
 * always made from a length, so that a file that still grows, or was never finished, has a true one. Pure.
 */
export const SAMPLE_RATE_HZ = 8000;
const CHANNELS = 2;
const BYTES_PER_SAMPLE = 2;
/** One sample of both voices. */
export const FRAME_BYTES = CHANNELS * BYTES_PER_SAMPLE;
export const HEADER_BYTES = 44;
const TAG_PCM = 1;
/** Lengths have 32 bits; 37 hours go in, more than any call lasts. */
const MOST_FRAMES = Math.floor((0xff_ff_ff_ff - HEADER_BYTES) / FRAME_BYTES);

/** Whole samples of both voices in a file of that length; what is left over of a torn write does not count. */
export function framesIn(fileBytes: number): number {
  return Math.min(MOST_FRAMES, Math.max(0, Math.floor((fileBytes - HEADER_BYTES) / FRAME_BYTES)));
}

/** Length of a file with so many of them. */
export function bytesFor(frames: number): number {
  return HEADER_BYTES + frames * FRAME_BYTES;
}

/** Rounded to milliseconds. */
export function secondsOf(frames: number): number {
  return Math.round((frames * 1000) / SAMPLE_RATE_HZ) / 1000;
}

export function wavHeader(frames: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const soundBytes = frames * FRAME_BYTES;
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(HEADER_BYTES - 8 + soundBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(TAG_PCM, 20);
  header.writeUInt16LE(CHANNELS, 22);
  header.writeUInt32LE(SAMPLE_RATE_HZ, 24);
  header.writeUInt32LE(SAMPLE_RATE_HZ * FRAME_BYTES, 28);
  header.writeUInt16LE(FRAME_BYTES, 32);
  header.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(soundBytes, 40);
  return header;
}
