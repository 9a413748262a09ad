/**
 * One recording on the disk, open for writing. Sound first, and now and then the header that counts it: at every moment, also after
 * a crash, the file plays up to what its header says, and what is behind that is found by its length.
 *
 * What was written survives the end of this process at once, and a power failure once the operating system has flushed it (about
 * half a minute on Linux); it is forced to the disk only when the recording ends. To flush every second would make every call wait
 * for one disk, to save seconds of the calls of a machine that lost its power.
 */
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { bytesFor, framesIn, SAMPLE_RATE_HZ, wavHeader } from './wav-format.js';

/** Voices of callers are nobody else's business. */
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
/** Whoever asks the service gets a header made from the length; in the file itself it may be five seconds behind. */
const HEADER_EVERY_FRAMES = 5 * SAMPLE_RATE_HZ;

export class WavFile {
  private constructor(
    private readonly handle: FileHandle,
    private written: number,
    /** What the header in the file says. */
    private counted = written,
  ) {}

  /** Creates the file, or goes on behind the sound it has. */
  static async open(filePath: string): Promise<WavFile> {
    await mkdir(path.dirname(filePath), { recursive: true, mode: DIRECTORY_MODE });
    const handle = await openEither(filePath);
    try {
      const frames = framesIn((await handle.stat()).size);
      const file = new WavFile(handle, frames);
      await file.writeHeader();
      return file;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Samples of both voices in the file. */
  get frames(): number {
    return this.written;
  }

  /** @param pairs as the machine keeps them; every machine that Node runs on and is sold keeps the low byte first, as WAV does. */
  async append(pairs: Int16Array): Promise<void> {
    const bytes = Buffer.from(pairs.buffer, pairs.byteOffset, pairs.byteLength);
    await this.write(bytes, bytesFor(this.written));
    this.written += pairs.length / 2;
    if (this.written - this.counted >= HEADER_EVERY_FRAMES) await this.writeHeader();
  }

  /** Cuts what a torn write left, and forces everything to the disk. */
  async finish(): Promise<void> {
    try {
      await this.handle.truncate(bytesFor(this.written));
      await this.writeHeader();
      await this.handle.datasync();
    } finally {
      await this.handle.close();
    }
  }

  private async writeHeader(): Promise<void> {
    await this.write(wavHeader(this.written), 0);
    this.counted = this.written;
  }

  /** A full disk may take a part only; the next try tells why. */
  private async write(bytes: Buffer, at: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, at + done);
      done += bytesWritten;
    }
  }
}

async function openEither(filePath: string): Promise<FileHandle> {
  try {
    return await open(filePath, 'r+');
  } catch (error) {
    if (!isMissing(error)) throw error;
    return open(filePath, 'wx+', FILE_MODE);
  }
}

export function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
