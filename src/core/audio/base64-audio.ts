/**
 * Audio in base64 on its way from socket to socket: as text, or where it lies, in the bytes that were just read. The second makes no string of
 * what is only passed on; whoever keeps it for later than the call that brought it takes the text.
 */
import { bytesOf } from './base64.js';

export class Base64Bytes {
  /** @param bytes to be read until the call that brings them returns. */
  constructor(
    readonly bytes: Uint8Array,
    readonly from: number,
    readonly to: number,
  ) {}

  get length(): number {
    return this.to - this.from;
  }

  toString(): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + this.from, this.length).toString('latin1');
  }
}

export type Base64Audio = string | Base64Bytes;

const PADDING = 0x3d;

/** For keeping. */
export function textOf(audio: Base64Audio): string {
  return typeof audio === 'string' ? audio : audio.toString();
}

/** Bytes of sound that it stands for. */
export function soundBytesOf(audio: Base64Audio): number {
  if (typeof audio === 'string') return bytesOf(audio);
  const { bytes, to, length } = audio;
  const padding = bytes[to - 1] !== PADDING ? 0 : bytes[to - 2] === PADDING ? 2 : 1;
  return (length >> 2) * 3 - padding;
}
