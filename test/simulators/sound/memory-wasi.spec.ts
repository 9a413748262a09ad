/** The in-memory ground that the synthesiser runs on: files, and programs written by hand in WebAssembly's bytes. */
import { MemoryFile } from '../../../src/simulators/sound/memory-file.js';
import { MemoryWasi } from '../../../src/simulators/sound/memory-wasi.js';

/** A module with one section after another: (id, bytes). Every section here is shorter than 128 bytes. */
function moduleOf(...sections: readonly (readonly [number, readonly number[]])[]): Uint8Array {
  const body = sections.flatMap(([id, bytes]) => [id, bytes.length, ...bytes]);
  return Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...body]);
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)];
}

/** (module (import proc_exit) (memory (export) 1) (func (export "_start") i32.const code, call 0)) */
function exitsWith(code: number): Uint8Array {
  return moduleOf(
    [1, [2, 0x60, 1, 0x7f, 0, 0x60, 0, 0]],
    [2, [1, ...name('wasi_snapshot_preview1'), ...name('proc_exit'), 0, 0]],
    [3, [1, 1]],
    [5, [1, 0, 1]],
    [7, [2, ...name('memory'), 2, 0, ...name('_start'), 0, 1]],
    [10, [1, 6, 0, 0x41, code, 0x10, 0, 0x0b]],
  );
}

/** The same without imports, whose _start does nothing but what `body` says. */
function program(...body: readonly number[]): Uint8Array {
  return moduleOf(
    [1, [1, 0x60, 0, 0]],
    [3, [1, 0]],
    [5, [1, 0, 1]],
    [7, [2, ...name('memory'), 2, 0, ...name('_start'), 0, 0]],
    [10, [1, body.length + 2, 0, ...body, 0x0b]],
  );
}

describe('a file in memory', () => {
  it('is patched in the middle without losing its end', () => {
    const file = new MemoryFile();
    file.write(Buffer.from('RIFF....WAVE'));
    expect(file.seek(4, 0)).toBe(4);
    file.write(Buffer.from('size'));
    expect(file.seek(0, 2)).toBe(12);
    file.write(Buffer.from('!'));
    expect(file.bytes.toString()).toBe('RIFFsizeWAVE!');
  });

  it('grows beyond its first room', () => {
    const file = new MemoryFile();
    const part = Buffer.alloc(50_000, 0x11);
    for (let count = 0; count < 5; count += 1) file.write(part);
    expect(file.bytes).toEqual(Buffer.alloc(250_000, 0x11));
  });

  it('stays where it is when told to go before its beginning', () => {
    const file = new MemoryFile();
    file.write(Buffer.from('abc'));
    expect(file.seek(-4, 1)).toBeUndefined();
    expect(file.seek(0, 3)).toBeUndefined();
    expect(file.seek(-1, 1)).toBe(2);
  });
});

describe('a program in memory', () => {
  it('ends with the code that it gives', async () => {
    await expect(new MemoryWasi(['x']).run(await WebAssembly.compile(exitsWith(7)))).resolves.toBe(7);
  });

  it('ends with 0 when it just returns', async () => {
    await expect(new MemoryWasi(['x']).run(await WebAssembly.compile(program()))).resolves.toBe(0);
  });

  it('tells of its crash', async () => {
    // 0x00 is the instruction "unreachable".
    await expect(new MemoryWasi(['x']).run(await WebAssembly.compile(program(0x00)))).rejects.toThrow(
      'unreachable',
    );
  });

  it('is refused when it is no command', async () => {
    await expect(new MemoryWasi(['x']).run(await WebAssembly.compile(moduleOf()))).rejects.toThrow(
      'not a WASI command',
    );
  });
});
