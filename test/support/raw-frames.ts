/**
 * Frames of RFC 6455 as bytes, right ones and wrong ones, written by hand: no code under test is in here.
 */

export interface RawFrame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly fin?: boolean;
  /** The three reserved bits, as a number from 0 to 7. */
  readonly rsv?: number;
  /** Four bytes; undefined: not masked. */
  readonly key?: Buffer | undefined;
  /** How the length is written; the shortest by default. */
  readonly lengthForm?: 7 | 16 | 64;
  /** What the header says, where that is not the truth. */
  readonly saidLength?: number;
}

export const KEY = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

export function rawFrame(frame: RawFrame): Buffer {
  const { opcode, payload, fin = true, rsv = 0, key } = frame;
  const length = frame.saidLength ?? payload.length;
  const header = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const bit = key ? 0x80 : 0;
  const form = frame.lengthForm ?? (length < 126 ? 7 : length < 65_536 ? 16 : 64);
  if (form === 7) header.push(bit | length);
  else if (form === 16) header.push(bit | 126, (length >> 8) & 0xff, length & 0xff);
  else {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(length));
    header.push(bit | 127, ...bytes);
  }
  const body = key ? Buffer.from(payload.map((byte, at) => byte ^ (key[at % 4] ?? 0))) : payload;
  return Buffer.concat([Buffer.from(header), key ?? Buffer.alloc(0), body]);
}

export function textFrame(text: string | Buffer, more: Partial<RawFrame> = {}): Buffer {
  return rawFrame({ opcode: 1, payload: Buffer.from(text), ...more });
}

export function closeBytes(code: number, reason: string | Buffer = ''): Buffer {
  return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);
}

/** The same bytes in pieces of the given sizes, the rest at the end. */
export function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    if (at >= bytes.length) break;
    // Copies: what is unmasked in place must not be unmasked twice.
    pieces.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  if (at < bytes.length) pieces.push(Buffer.from(bytes.subarray(at)));
  return pieces;
}
