/**
 * MP3 of silence, for the webhook of a conversation's sound: frames whose side information and content are all zeros, which means
 * silence. Nothing is encoded here, and no decoder was tried on it.
 */

/** MPEG 2.5, layer III, no checksum, 64 kbit/s, 8000 Hz, one channel. */
const HEADER = Buffer.of(0xff, 0xe3, 0x88, 0xc4);
const SAMPLES_PER_FRAME = 576;
const RATE_HZ = 8000;
/** 72 × 64000 / 8000 (the formula of the standard for frames of 576 samples). */
const FRAME_BYTES = 576;

/** At least so long, in whole frames of 72 ms; 8000 bytes a second, about what speech takes. */
export function silentMp3(seconds: number): Buffer {
  const frame = Buffer.alloc(FRAME_BYTES);
  HEADER.copy(frame);
  const frames = Math.ceil((seconds * RATE_HZ) / SAMPLES_PER_FRAME);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}
