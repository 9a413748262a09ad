/**
 * RFC 6455, outgoing: all frames of a turn behind each other in one piece of memory, so that they are one write. Knows no socket.
 */
import { randomFillSync } from 'node:crypto';
import { mayBeSent } from './close-codes.js';
import { applyMask, wordsOf, WORTH_WORDS } from './masking.js';

export interface ControlFrame {
  readonly opcode: 8 | 9 | 10;
  readonly payload: Buffer;
}
/** A text whose middle lies in bytes that were read in this turn. UTF-8. */
export class SplicedText {
  readonly size: number;

  constructor(
    readonly before: Uint8Array,
    readonly bytes: Uint8Array,
    readonly from: number,
    readonly to: number,
    readonly behind: Uint8Array,
  ) {
    this.size = before.length + to - from + behind.length;
  }
}

export type OutgoingFrame = string | SplicedText | ControlFrame;

interface Space {
  readonly bytes: Buffer;
  readonly words: Int32Array;
}

const FINAL_TEXT = 0x81;
const FINAL = 0x80;
const MASKED = 0x80;
const KEY_BYTES = 4;
const MAX_HEADER_BYTES = 10 + KEY_BYTES;
/** A character of a string needs no more in UTF-8. */
const MAX_BYTES_PER_CHAR = 3;
const MAX_CONTROL_BYTES = 125;
/** Shared by all sockets and cut from the front; the collector takes it back when the last piece was written. */
const SLAB_BYTES = 16 * 1024;
const KEYS = 2048;

let slab: Space = spaceOf(SLAB_BYTES);
let slabUsed = 0;
/** Keys must not be foreseen by who chooses the text, so they are random; a pool makes that cheap. */
const keys = new Uint8Array(KEYS * KEY_BYTES);
let nextKey = keys.length;

/**
 * @param mask whether we are the client, whose frames are masked.
 * @param isBrief whether the kernel will take it at once: what has to wait must not hold on to memory that others share.
 */
export function encodeFrames(frames: readonly OutgoingFrame[], mask: boolean, isBrief: boolean): Buffer {
  let most = 0;
  for (const frame of frames)
    most +=
      (typeof frame === 'string' ? frame.length * MAX_BYTES_PER_CHAR : sizeOf(frame)) + MAX_HEADER_BYTES;
  if (!isBrief || most > SLAB_BYTES) {
    const space = spaceOf(exactSize(frames, mask));
    putAll(frames, mask, space, 0);
    return space.bytes;
  }
  if (most > SLAB_BYTES - slabUsed) {
    slab = spaceOf(SLAB_BYTES);
    slabUsed = 0;
  }
  const from = slabUsed;
  slabUsed = putAll(frames, mask, slab, from);
  return slab.bytes.subarray(from, slabUsed);
}

/** @throws RangeError for a code or a reason that a close frame cannot carry. */
export function closeFrame(code: number | undefined, reason: string): ControlFrame {
  if (code === undefined) return { opcode: 8, payload: Buffer.alloc(0) };
  if (!mayBeSent(code)) throw new RangeError(`${code} is no code for a close frame`);
  const payload = Buffer.allocUnsafe(2 + Buffer.byteLength(reason));
  if (payload.length > MAX_CONTROL_BYTES) throw new RangeError('the reason is too long for a close frame');
  payload.writeUInt16BE(code, 0);
  payload.write(reason, 2);
  return { opcode: 8, payload };
}

/** The payload is copied, since it lies in memory of others. */
export function pongFrame(payload: Uint8Array): ControlFrame {
  return { opcode: 10, payload: Buffer.from(payload) };
}

function spaceOf(size: number): Space {
  const bytes = Buffer.allocUnsafeSlow(size);
  return { bytes, words: wordsOf(bytes) };
}

function exactSize(frames: readonly OutgoingFrame[], mask: boolean): number {
  let size = 0;
  for (const frame of frames) {
    const length = typeof frame === 'string' ? Buffer.byteLength(frame) : sizeOf(frame);
    size += headerSize(length, mask) + length;
  }
  return size;
}

function headerSize(length: number, mask: boolean): number {
  const key = mask ? KEY_BYTES : 0;
  if (length < 126) return 2 + key;
  return (length < 65_536 ? 4 : 10) + key;
}

function putAll(frames: readonly OutgoingFrame[], mask: boolean, space: Space, from: number): number {
  let at = from;
  for (const frame of frames) {
    if (frame instanceof SplicedText) at = putSpliced(frame, mask, space, at);
    else
      at = typeof frame === 'string' ? putText(frame, mask, space, at) : putControl(frame, mask, space, at);
  }
  return at;
}

function sizeOf(frame: SplicedText | ControlFrame): number {
  return frame instanceof SplicedText ? frame.size : frame.payload.length;
}

function putSpliced(frame: SplicedText, mask: boolean, space: Space, at: number): number {
  const { size, before, bytes, from, to, behind } = frame;
  const start = at + headerSize(size, mask);
  putHeader(space.bytes, at, FINAL_TEXT, size, mask);
  const middle = copy(before, 0, before.length, space.bytes, start);
  const rest = copy(bytes, from, to, space.bytes, middle);
  copy(behind, 0, behind.length, space.bytes, rest);
  return finish(space, start, size, mask);
}

/** From here on native code is quicker, which has to be told by a view of its own. */
const WORTH_VIEW = 64;

/** @returns where it ends. */
function copy(source: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number {
  if (to - from >= WORTH_VIEW) target.set(source.subarray(from, to), at);
  else for (let k = from; k < to; k += 1) target[at + k - from] = source[k] ?? 0;
  return at + to - from;
}

function putText(text: string, mask: boolean, space: Space, at: number): number {
  const { bytes } = space;
  // As if it were ASCII, which nearly all is: then no pass over the text is needed to measure it.
  const guessed = headerSize(text.length, mask);
  const length = bytes.write(text, at + guessed);
  const header = headerSize(length, mask);
  if (header !== guessed) bytes.copyWithin(at + header, at + guessed, at + guessed + length);
  putHeader(bytes, at, FINAL_TEXT, length, mask);
  return finish(space, at + header, length, mask);
}

function putControl({ opcode, payload }: ControlFrame, mask: boolean, space: Space, at: number): number {
  const header = headerSize(payload.length, mask);
  putHeader(space.bytes, at, FINAL | opcode, payload.length, mask);
  payload.copy(space.bytes, at + header);
  return finish(space, at + header, payload.length, mask);
}

function putHeader(bytes: Buffer, at: number, first: number, length: number, mask: boolean): void {
  const bit = mask ? MASKED : 0;
  bytes[at] = first;
  if (length < 126) bytes[at + 1] = bit | length;
  else if (length < 65_536) {
    bytes[at + 1] = bit | 126;
    bytes[at + 2] = length >> 8;
    bytes[at + 3] = length;
  } else {
    bytes[at + 1] = bit | 127;
    bytes.writeUInt32BE(Math.floor(length / 2 ** 32), at + 2);
    bytes.writeUInt32BE(length % 2 ** 32, at + 6);
  }
}

/** Puts the key before the payload and masks it, where we are the client. */
function finish({ bytes, words }: Space, from: number, length: number, mask: boolean): number {
  const to = from + length;
  if (!mask) return to;
  if (nextKey === keys.length) {
    randomFillSync(keys);
    nextKey = 0;
  }
  for (let k = 0; k < KEY_BYTES; k += 1) bytes[from - KEY_BYTES + k] = keys[nextKey + k] ?? 0;
  applyMask(bytes, length < WORTH_WORDS ? undefined : words, from, to, keys, nextKey);
  nextKey += KEY_BYTES;
  return to;
}
