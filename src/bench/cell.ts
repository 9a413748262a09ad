/**
 * What is measured by: a piece of audio whose first bytes say which call it belongs to, its number, and when it was due. It goes through
 * a relay as audio does, so what comes out can be checked for loss, order and crossing, and timed from when it should have been sent: a
 * sender that was late counts as delay (no coordinated omission).
 */
export const HEAD_BYTES = 24;
const MAGIC = 0x63_6f_72_64;
/** The call of a piece with which an agent greets: it does not know yet to whom it speaks. */
export const GREETING = 0xff_ff_ff_ff;
/** Base64 of the head. */
const HEAD_CHARS = (HEAD_BYTES / 3) * 4;

export interface Cell {
  readonly call: number;
  readonly number: number;
  /** Milliseconds, of the clock of the process that sent it. */
  readonly dueMs: number;
}

/** @param bytes of the whole piece, at least `HEAD_BYTES`; the rest is filled with a byte that its number chooses. */
export function encodeCell({ call, number, dueMs }: Cell, bytes: number): string {
  const piece = Buffer.alloc(bytes, number & 0xff);
  piece.writeUInt32BE(MAGIC, 0);
  piece.writeUInt32BE(call, 4);
  piece.writeUInt32BE(number, 8);
  piece.writeDoubleBE(dueMs, 12);
  piece.writeUInt32BE(bytes, 20);
  return piece.toString('base64');
}

/** Of a text that has base64 from `from` on; undefined when that is no cell. */
export function decodeCell(text: string, from: number): Cell | undefined {
  const head = Buffer.from(text.slice(from, from + HEAD_CHARS), 'base64');
  if (head.length < HEAD_BYTES || head.readUInt32BE(0) !== MAGIC) return undefined;
  return { call: head.readUInt32BE(4), number: head.readUInt32BE(8), dueMs: head.readDoubleBE(12) };
}
