/**
 * Bytes that come piece by piece. Memory follows what has come, not what was announced: a header that promises a lot costs nothing.
 */

/** Up to here what was announced is believed: no more than a read of the socket brings. */
const BELIEVED_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);

export class GrowingBytes {
  private bytes: Buffer = NOTHING;
  private held = 0;

  get length(): number {
    return this.held;
  }

  /** @param expected how long it will be, where that is known; 0 where it is not. */
  append(from: Buffer, start: number, end: number, expected: number): void {
    const size = this.held + end - start;
    if (size > this.bytes.length) {
      const doubled = Math.max(size, this.bytes.length * 2);
      const room = expected === 0 ? doubled : Math.min(expected, Math.max(doubled, BELIEVED_BYTES));
      const bytes = Buffer.allocUnsafeSlow(room);
      this.bytes.copy(bytes, 0, 0, this.held);
      this.bytes = bytes;
    }
    from.copy(this.bytes, this.held, start, end);
    this.held = size;
  }

  /** What has come, at the front of a buffer that may be longer; empty afterwards. */
  take(): Buffer {
    const { bytes } = this;
    this.bytes = NOTHING;
    this.held = 0;
    return bytes;
  }
}
