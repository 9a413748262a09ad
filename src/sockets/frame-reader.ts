/**
 * RFC 6455, incoming: bytes in, messages out. Knows no socket. Takes chunks as they come; what lies whole in one is not copied but
 * unmasked where it lies, and the rest is copied once. Judges exactly as `ws` does, and goes deaf after the first fault or close.
 */
import { isUtf8 } from 'node:buffer';
import { mayBeSent, NO_CODE, NOT_UTF8, PROTOCOL_ERROR, TOO_BIG, TOO_MANY_PARTS } from './close-codes.js';
import { GrowingBytes } from './growing-bytes.js';
import { applyMask, wordsOf, WORTH_WORDS } from './masking.js';

export interface FrameSink {
  /** Valid UTF-8; the bytes are the chunk's own and change hands again after the call. */
  text(bytes: Buffer, from: number, to: number): void;
  binary(): void;
  /** The payload is a view of the chunk as well. */
  pinged(payload: Buffer): void;
  closing(code: number, reason: string): void;
  /** @param code with which the connection must be closed. */
  broken(code: number): void;
}

export interface ReaderLimits {
  /** Bytes of a message, over all of its fragments; 0 for no limit. */
  readonly maxPayload: number;
  readonly maxFragments: number;
}

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** What comes next on the wire. */
const START = 0;
const LENGTH_16 = 1;
const LENGTH_64 = 2;
const KEY = 3;
const PAYLOAD = 4;
/** Bytes of each of these but the last. */
const SIZES = [2, 2, 8, 4];

/** Beyond it a length could not be counted exactly. */
const MAX_HIGH_WORD = 2 ** 21 - 1;
const MORE = -1;

export class FrameReader {
  private stage = START;
  private isFinal = false;
  private opcode = 0;
  private length = 0;
  /** Bytes of a header that a chunk ended in the middle of. */
  private readonly part = Buffer.alloc(8);
  private partHeld = 0;
  private readonly key = new Uint8Array(4);
  /** Of the chunk that is being read. */
  private words: Int32Array | undefined;
  /** A payload that a chunk ended in the middle of. */
  private readonly body = new GrowingBytes();
  /** The message whose fragments are being gathered: its opcode, or 0. */
  private fragmented = 0;
  private fragments = 0;
  private total = 0;
  private readonly message = new GrowingBytes();
  private deaf = false;

  constructor(
    private readonly sink: FrameSink,
    private readonly isServer: boolean,
    private readonly limits: ReaderLimits,
  ) {}

  /** Whether a fault or a close has come: nothing is read behind it. */
  get isDone(): boolean {
    return this.deaf;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at !== MORE && !this.deaf)
      at = this.stage === PAYLOAD ? this.takePayload(chunk, at) : this.takeHeader(chunk, at);
    this.words = undefined;
  }

  private takeHeader(chunk: Buffer, at: number): number {
    const size = SIZES[this.stage] ?? 0;
    const there = chunk.length - at;
    if (this.partHeld === 0 && there >= size) {
      this.step(chunk, at);
      return at + size;
    }
    const taken = Math.min(size - this.partHeld, there);
    chunk.copy(this.part, this.partHeld, at, at + taken);
    this.partHeld += taken;
    if (this.partHeld < size) return MORE;
    this.partHeld = 0;
    this.step(this.part, 0);
    return at + taken;
  }

  private step(bytes: Buffer, at: number): void {
    if (this.stage === START) this.begin(bytes[at] ?? 0, bytes[at + 1] ?? 0);
    else if (this.stage === KEY) {
      for (let k = 0; k < 4; k += 1) this.key[k] = bytes[at + k] ?? 0;
      this.stage = PAYLOAD;
    } else if (this.stage === LENGTH_16) this.measure(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
    else {
      const high = bytes.readUInt32BE(at);
      if (high > MAX_HIGH_WORD) this.fail(TOO_BIG);
      else this.measure(high * 2 ** 32 + bytes.readUInt32BE(at + 4));
    }
  }

  private begin(first: number, second: number): void {
    const opcode = first & 0x0f;
    const length = second & 0x7f;
    this.isFinal = (first & 0x80) !== 0;
    const isMasked = (second & 0x80) !== 0;
    const isAllowed = opcode < CLOSE ? this.mayBeData(opcode) : this.mayBeControl(opcode, length);
    // No extension is ever negotiated, so none of the three reserved bits has a meaning.
    if ((first & 0x70) !== 0 || !isAllowed || isMasked !== this.isServer) {
      this.fail(PROTOCOL_ERROR);
      return;
    }
    this.opcode = opcode === CONTINUATION ? this.fragmented : opcode;
    if (!this.isFinal && this.fragmented === 0) this.fragmented = opcode;
    if (length === 126) this.stage = LENGTH_16;
    else if (length === 127) this.stage = LENGTH_64;
    else this.measure(length);
  }

  private mayBeData(opcode: number): boolean {
    if (opcode === CONTINUATION) return this.fragmented !== 0;
    return (opcode === TEXT || opcode === BINARY) && this.fragmented === 0;
  }

  private mayBeControl(opcode: number, length: number): boolean {
    if (opcode > PONG || !this.isFinal || length > 125) return false;
    return opcode !== CLOSE || length !== 1;
  }

  private measure(length: number): void {
    this.length = length;
    if (this.opcode < CLOSE) {
      this.total += length;
      const { maxPayload } = this.limits;
      if (length > 0 && maxPayload > 0 && this.total > maxPayload) {
        this.fail(TOO_BIG);
        return;
      }
    }
    this.stage = this.isServer ? KEY : PAYLOAD;
  }

  private takePayload(chunk: Buffer, at: number): number {
    const there = chunk.length - at;
    if (this.body.length === 0 && there >= this.length) {
      this.take(chunk, at, at + this.length);
      return at + this.length;
    }
    const taken = Math.min(this.length - this.body.length, there);
    this.body.append(chunk, at, at + taken, this.length);
    if (this.body.length < this.length) return MORE;
    const words = this.words;
    this.words = undefined;
    this.take(this.body.take(), 0, this.length);
    this.words = words;
    return at + taken;
  }

  private take(bytes: Buffer, from: number, to: number): void {
    let isAscii = false;
    if (this.isServer && to > from) {
      if (to - from >= WORTH_WORDS) this.words ??= wordsOf(bytes);
      isAscii = applyMask(bytes, this.words, from, to, this.key, 0);
    }
    this.stage = START;
    if (this.opcode >= CLOSE) this.control(bytes, from, to);
    else this.data(bytes, from, to, isAscii);
  }

  private data(bytes: Buffer, from: number, to: number, isAscii: boolean): void {
    this.fragments += 1;
    const { maxFragments } = this.limits;
    if (maxFragments > 0 && this.fragments > maxFragments) {
      this.fail(TOO_MANY_PARTS);
      return;
    }
    if (this.isFinal && this.fragmented === 0) {
      this.endMessage();
      this.tell(bytes, from, to, isAscii);
      return;
    }
    // Copied, because a few bytes of a fragment would hold on to the whole chunk that they came in.
    this.message.append(bytes, from, to, 0);
    if (!this.isFinal) return;
    const { length } = this.message;
    this.endMessage();
    this.tell(this.message.take(), 0, length, false);
  }

  private endMessage(): void {
    this.total = 0;
    this.fragments = 0;
    this.fragmented = 0;
  }

  private tell(bytes: Buffer, from: number, to: number, isAscii: boolean): void {
    if (this.opcode === BINARY) this.sink.binary();
    else if (isAscii || isUtf8(bytes.subarray(from, to))) this.sink.text(bytes, from, to);
    else this.fail(NOT_UTF8);
  }

  private control(bytes: Buffer, from: number, to: number): void {
    if (this.opcode === PING) this.sink.pinged(bytes.subarray(from, to));
    if (this.opcode !== CLOSE) return;
    if (to === from) {
      this.deaf = true;
      this.sink.closing(NO_CODE, '');
      return;
    }
    const code = bytes.readUInt16BE(from);
    const reason = bytes.subarray(from + 2, to);
    if (!mayBeSent(code)) this.fail(PROTOCOL_ERROR);
    else if (!isUtf8(reason)) this.fail(NOT_UTF8);
    else {
      this.deaf = true;
      this.sink.closing(code, reason.toString('utf8'));
    }
  }

  private fail(code: number): void {
    this.deaf = true;
    this.sink.broken(code);
  }
}
