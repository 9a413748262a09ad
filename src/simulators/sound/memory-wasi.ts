/**
 * As much of WASI preview 1 as a command-line synthesiser asks for: arguments, and files that are only written, into memory. Node's
 * own WASI is experimental, says so on every start, and needs a folder on disk. It is no cage for programs that are not trusted.
 */
import { MemoryFile } from './memory-file.js';

/** Numbers of WASI's errors. */
const OK = 0;
const BAD_DESCRIPTOR = 8;
const INVALID = 28;
const NO_ENTRY = 44;
const NOT_SEEKABLE = 70;

const CHARACTER_DEVICE = 2;
const DIRECTORY = 3;
const REGULAR_FILE = 4;
const CREATES = 1;
const EVERY_RIGHT = 0xffff_ffff_ffff_ffffn;

/** The one folder that the program sees; the numbers below are standard input, output and error. */
const ROOT = 3;

class Exit extends Error {
  constructor(readonly code: number) {
    super(`the program ended with ${code}`);
  }
}

export class MemoryWasi {
  private readonly args: readonly Buffer[];
  private readonly files = new Map<string, MemoryFile>();
  private readonly open = new Map<number, MemoryFile>();
  private readonly said: Buffer[] = [];
  private memory: Pick<WebAssembly.Memory, 'buffer'> = { buffer: new ArrayBuffer(0) };

  /** @param args the program's name first. */
  constructor(args: readonly string[]) {
    this.args = args.map((arg) => Buffer.from(`${arg.replaceAll('\0', ' ')}\0`));
  }

  /** Runs the program to its end, once. @returns its exit code @throws Error when it crashes */
  async run(program: WebAssembly.Module): Promise<number> {
    const { exports } = await WebAssembly.instantiate(program, { wasi_snapshot_preview1: this.imports() });
    const { memory, _start: start } = exports;
    if (!(memory instanceof WebAssembly.Memory) || typeof start !== 'function')
      throw new Error('the program is not a WASI command');
    this.memory = memory;
    try {
      Reflect.apply(start, undefined, []);
      return 0;
    } catch (error) {
      if (error instanceof Exit) return error.code;
      throw error;
    }
  }

  /** What the program wrote into a file, by its path in the one folder. */
  file(path: string): Buffer | undefined {
    return this.files.get(path)?.bytes;
  }

  /** What the program wrote to its output and its error output. */
  get output(): string {
    return Buffer.concat(this.said).toString('utf8');
  }

  private imports(): Readonly<Record<string, unknown>> {
    return {
      args_sizes_get: (count: number, size: number) => this.argsSizes(count, size),
      args_get: (pointers: number, texts: number) => this.argsInto(pointers, texts),
      clock_time_get: (_clock: number, _precision: bigint, result: number) => this.time(result),
      fd_close: (fd: number) => (this.open.delete(fd) || fd <= ROOT ? OK : BAD_DESCRIPTOR),
      fd_fdstat_get: (fd: number, result: number) => this.stat(fd, result),
      fd_fdstat_set_flags: () => OK,
      fd_prestat_get: (fd: number, result: number) => this.prestat(fd, result),
      fd_prestat_dir_name: (fd: number, name: number) => this.prestatName(fd, name),
      fd_read: (fd: number, _vectors: number, _count: number, result: number) => this.read(fd, result),
      fd_seek: (fd: number, offset: bigint, whence: number, result: number) =>
        this.seek(fd, Number(offset), whence, result),
      fd_write: (fd: number, vectors: number, count: number, result: number) =>
        this.write(fd, this.gather(vectors, count), result),
      // Folder, lookup flags, path and its length, open flags, three kinds of rights and flags, and where the number goes.
      path_open: (_1: number, _2: number, path: number, length: number, flags: number, ...rest: unknown[]) =>
        this.openPath(this.bytesAt(path, length).toString('utf8'), flags, Number(rest[3])),
      proc_exit: (code: number) => {
        throw new Exit(code);
      },
    };
  }

  /** Made anew each time, because memory that has grown is another buffer. */
  private get view(): DataView {
    return new DataView(this.memory.buffer);
  }

  private bytesAt(at: number, length: number): Buffer {
    return Buffer.from(this.memory.buffer, at, length);
  }

  /** A copy of what a list of address and length pairs points at. */
  private gather(vectors: number, count: number): Buffer {
    const { view } = this;
    const parts = Array.from({ length: count }, (_, index) => {
      const at = vectors + index * 8;
      return this.bytesAt(view.getUint32(at, true), view.getUint32(at + 4, true));
    });
    return Buffer.concat(parts);
  }

  private argsSizes(count: number, size: number): number {
    this.view.setUint32(count, this.args.length, true);
    this.view.setUint32(size, Buffer.concat(this.args).length, true);
    return OK;
  }

  private argsInto(pointers: number, texts: number): number {
    let at = texts;
    for (const [index, arg] of this.args.entries()) {
      this.view.setUint32(pointers + index * 4, at, true);
      this.bytesAt(at, arg.length).set(arg);
      at += arg.length;
    }
    return OK;
  }

  /** Time stands still, so that nothing but the arguments decides what is written. */
  private time(result: number): number {
    this.view.setBigUint64(result, 0n, true);
    return OK;
  }

  private stat(fd: number, result: number): number {
    if (fd > ROOT && !this.open.has(fd)) return BAD_DESCRIPTOR;
    const kind = fd > ROOT ? REGULAR_FILE : fd === ROOT ? DIRECTORY : CHARACTER_DEVICE;
    const { view } = this;
    view.setUint32(result, kind, true);
    view.setUint32(result + 4, 0, true);
    view.setBigUint64(result + 8, EVERY_RIGHT, true);
    view.setBigUint64(result + 16, EVERY_RIGHT, true);
    return OK;
  }

  private prestat(fd: number, result: number): number {
    if (fd !== ROOT) return BAD_DESCRIPTOR;
    this.view.setUint32(result, 0, true);
    this.view.setUint32(result + 4, 1, true);
    return OK;
  }

  private prestatName(fd: number, name: number): number {
    if (fd !== ROOT) return BAD_DESCRIPTOR;
    this.view.setUint8(name, '/'.charCodeAt(0));
    return OK;
  }

  /** A file is there only once the program has made it. */
  private openPath(path: string, flags: number, result: number): number {
    if ((flags & CREATES) === 0) return NO_ENTRY;
    const file = new MemoryFile();
    const fd = Math.max(ROOT, ...this.open.keys()) + 1;
    this.files.set(path, file);
    this.open.set(fd, file);
    this.view.setUint32(result, fd, true);
    return OK;
  }

  /** Standard input is at its end; files are not read. */
  private read(fd: number, result: number): number {
    if (fd !== 0) return BAD_DESCRIPTOR;
    this.view.setUint32(result, 0, true);
    return OK;
  }

  private seek(fd: number, offset: number, whence: number, result: number): number {
    const file = this.open.get(fd);
    if (!file) return fd <= ROOT ? NOT_SEEKABLE : BAD_DESCRIPTOR;
    const at = file.seek(offset, whence);
    if (at === undefined) return INVALID;
    this.view.setBigUint64(result, BigInt(at), true);
    return OK;
  }

  private write(fd: number, bytes: Buffer, result: number): number {
    const file = this.open.get(fd);
    if (file) file.write(bytes);
    else if (fd === 1 || fd === 2) this.said.push(bytes);
    else return BAD_DESCRIPTOR;
    this.view.setUint32(result, bytes.length, true);
    return OK;
  }
}
