/**
 * A file that a program writes, kept in memory: it grows as needed, and can be written anew from any place, as a WAV header is once
 * the length is known.
 */
export class MemoryFile {
  private room = new Uint8Array(65_536);
  private length = 0;
  private at = 0;

  get bytes(): Buffer {
    return Buffer.from(this.room.subarray(0, this.length));
  }

  write(bytes: Uint8Array): void {
    const end = this.at + bytes.length;
    if (end > this.room.length) {
      const larger = new Uint8Array(Math.max(end, this.room.length * 2));
      larger.set(this.room);
      this.room = larger;
    }
    this.room.set(bytes, this.at);
    this.at = end;
    this.length = Math.max(this.length, end);
  }

  /**
   * @param whence 0 counts from the beginning, 1 from the present place, 2 from the end.
   * @returns the new place, or undefined when there is none such: then nothing has changed.
   */
  seek(offset: number, whence: number): number | undefined {
    const from = [0, this.at, this.length][whence];
    if (from === undefined || from + offset < 0) return undefined;
    this.at = from + offset;
    return this.at;
  }
}
