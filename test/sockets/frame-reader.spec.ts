/** Frames as they come: our reader finds in them what `ws` finds in them, however they are cut. */
import * as fc from 'fast-check';
import { FrameReader, type ReaderLimits } from '../../src/sockets/frame-reader.js';
import { closeBytes, cut, KEY, rawFrame, textFrame, type RawFrame } from '../support/raw-frames.js';
import { foundByWs } from '../support/ws-receiver.js';

const LIMITS: ReaderLimits = { maxPayload: 2000, maxFragments: 8 };
const NONE: ReaderLimits = { maxPayload: 0, maxFragments: 0 };

function foundByUs(chunks: readonly Buffer[], isServer: boolean, limits = LIMITS): string[] {
  const found: string[] = [];
  const reader = new FrameReader(
    {
      text: (bytes, from, to) => void found.push(`text ${bytes.toString('utf8', from, to)}`),
      binary: () => void found.push('binary'),
      pinged: (payload) => void found.push(`ping ${payload.toString('hex')}`),
      closing: (code, reason) => void found.push(`close ${code} ${reason}`),
      broken: (code) => void found.push(`broken ${code}`),
    },
    isServer,
    limits,
  );
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  return found;
}

describe.each([
  ['a server', true],
  ['a client', false],
])('what comes to %s', (_name, isServer) => {
  const key = isServer ? KEY : undefined;
  const text = (content: string | Buffer, more: Partial<RawFrame> = {}): Buffer =>
    textFrame(content, { key, ...more });
  const frame = (opcode: number, payload: string | Buffer = '', more: Partial<RawFrame> = {}): Buffer =>
    rawFrame({ opcode, payload: Buffer.from(payload), key, ...more });

  it.each<[string, Buffer[], string[]]>([
    ['an empty text', [text('')], ['text ']],
    ['a text of one byte', [text('a')], ['text a']],
    ['a text beyond ASCII', [text('Zoë 🎈')], ['text Zoë 🎈']],
    ['a length in 16 bits', [text('x'.repeat(126))], [`text ${'x'.repeat(126)}`]],
    ['a short text with its length in 16 bits', [text('ab', { lengthForm: 16 })], ['text ab']],
    ['a short text with its length in 64 bits', [text('ab', { lengthForm: 64 })], ['text ab']],
    ['a binary message', [frame(2, 'ab')], ['binary']],
    ['a ping, and a pong that nobody asked for', [frame(9, 'hi'), frame(10, 'ho')], ['ping 6869']],
    [
      'fragments, with a ping between them',
      [text('Zo', { fin: false }), frame(9, '?'), frame(0, 'ë', { fin: false }), frame(0, '!')],
      ['ping 3f', 'text Zoë!'],
    ],
    [
      'a character that is cut in two by fragments',
      [text(Buffer.from([0xc3]), { fin: false }), frame(0, Buffer.from([0xab]))],
      ['text ë'],
    ],
    ['a binary message in fragments', [frame(2, 'a', { fin: false }), frame(0, 'b')], ['binary']],
    [
      'two texts behind a message in fragments',
      [text('a', { fin: false }), frame(0, 'b'), text('c'), text('d')],
      ['text ab', 'text c', 'text d'],
    ],
    ['a close with a reason', [frame(8, closeBytes(3008, 'zu viel'))], ['close 3008 zu viel']],
    ['a close without a code', [frame(8)], ['close 1005 ']],
    ['nothing behind a close', [frame(8), text('late')], ['close 1005 ']],
    ['a close of one byte', [frame(8, 'a')], ['broken 1002']],
    ['a close with a code that is never sent', [frame(8, closeBytes(1006))], ['broken 1002']],
    [
      'a close with a reason that is no UTF-8',
      [frame(8, closeBytes(1000, Buffer.from([0xff])))],
      ['broken 1007'],
    ],
    ['a text that is no UTF-8', [text(Buffer.from([0x61, 0xc3, 0x28]))], ['broken 1007']],
    ['a surrogate in UTF-8', [text(Buffer.from([0xed, 0xa0, 0x80]))], ['broken 1007']],
    ['a mask that is wrong for the side', [text('a', { key: isServer ? undefined : KEY })], ['broken 1002']],
    ['a reserved bit', [text('a', { rsv: 4 })], ['broken 1002']],
    ['another reserved bit', [frame(9, '', { rsv: 1 })], ['broken 1002']],
    ['an opcode of no meaning', [frame(3)], ['broken 1002']],
    ['an opcode of control of no meaning', [frame(11)], ['broken 1002']],
    ['a continuation of nothing', [frame(0, 'a')], ['broken 1002']],
    ['a text within a text', [text('a', { fin: false }), text('b')], ['broken 1002']],
    ['a ping in fragments', [frame(9, '', { fin: false })], ['broken 1002']],
    ['a ping of 126 bytes', [frame(9, 'a'.repeat(126))], ['broken 1002']],
    ['a text beyond the limit', [text('a'.repeat(2001))], ['broken 1009']],
    ['a text of just the limit', [text('a'.repeat(2000))], [`text ${'a'.repeat(2000)}`]],
    [
      'fragments that are beyond the limit together',
      [text('a'.repeat(1500), { fin: false }), frame(0, 'a'.repeat(501))],
      ['broken 1009'],
    ],
    ['a length beyond all numbers', [text('', { lengthForm: 64, saidLength: 2 ** 60 })], ['broken 1009']],
    [
      'too many fragments',
      [text('', { fin: false }), ...Array.from({ length: 8 }, () => frame(0, '', { fin: false }))],
      ['broken 1008'],
    ],
  ])('is told as it is: %s', async (_what, frames, expected) => {
    const bytes = Buffer.concat(frames);
    const ways = [
      [bytes],
      frames,
      cut(
        bytes,
        Array.from(bytes, () => 1),
      ),
      cut(bytes, [3, 1, 7]),
    ];
    for (const chunks of ways) {
      expect(foundByUs(chunks, isServer)).toEqual(expected);
      expect(await foundByWs(chunks, isServer, LIMITS)).toEqual(expected);
    }
  });

  it('is told with a length in 64 bits, in chunks of any size', () => {
    const long = 'Länge '.repeat(20_000);
    const bytes = Buffer.concat([text('before'), text(long), text('behind')]);
    for (const size of [1 << 20, 65_536, 1000, 17])
      expect(
        foundByUs(
          cut(
            bytes,
            Array.from({ length: Math.ceil(bytes.length / size) }, () => size),
          ),
          isServer,
          NONE,
        ),
      ).toEqual(['text before', `text ${long}`, 'text behind']);
  });

  it('takes no memory on the word of a header', () => {
    const header = text('', { lengthForm: 64, saidLength: 2 ** 40 });
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 50 }, () =>
      foundByUs([header, Buffer.from('a few bytes')], isServer, NONE),
    );
    expect(readers.flat()).toEqual([]);
    // Fifty readers believe no more than a read of the socket each.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 100_000);
  });

  it('is told where it lies when it lies whole in a chunk', () => {
    const chunk = Buffer.concat([text('a'.repeat(200)), text('b')]);
    const seen: boolean[] = [];
    const reader = new FrameReader(
      {
        text: (bytes) => void seen.push(bytes === chunk),
        binary: () => undefined,
        pinged: () => undefined,
        closing: () => undefined,
        broken: () => undefined,
      },
      isServer,
      NONE,
    );
    reader.push(chunk);
    expect(seen).toEqual([true, true]);
  });

  it('is found by our reader as it is by ws, whatever it is and however it is cut', async () => {
    const keys = fc.option(
      fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
      {
        freq: 40,
        nil: undefined,
      },
    );
    const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
    const words = fc.string({ unit: 'grapheme', maxLength: 60 }).map((string) => Buffer.from(string));
    const long = fc.integer({ min: 100, max: 1200 }).map((size) => Buffer.alloc(size, 'Zoë '));
    const closes = fc
      .tuple(
        fc.oneof(fc.constantFrom(1000, 1005, 1014, 1015, 2999, 3000), fc.integer({ min: 0, max: 65_535 })),
        words,
      )
      .map(([code, reason]) => closeBytes(code, reason));
    const data = fc.record({
      opcode: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(0, 1, 1, 2) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 15 }) },
      ),
      payload: fc.oneof(
        { weight: 6, arbitrary: words },
        { weight: 1, arbitrary: bytes },
        { weight: 1, arbitrary: long },
      ),
      fin: fc.boolean(),
    });
    const control = fc.oneof(
      { weight: 6, arbitrary: fc.record({ opcode: fc.constantFrom(9, 10), payload: bytes }) },
      { weight: 1, arbitrary: fc.record({ opcode: fc.constant(8), payload: closes }) },
    );
    const shape = fc.record({
      rsv: fc.oneof(
        { weight: 60, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 7 }) },
      ),
      lengthForm: fc.option(fc.constantFrom(16 as const, 64 as const), { freq: 5, nil: undefined }),
      masked: keys,
    });
    const any = fc
      .tuple(fc.oneof(data, data, control), shape)
      .map(([content, { masked, ...rest }]) =>
        rawFrame({ ...content, ...rest, key: isServer ? masked : masked === undefined ? KEY : undefined }),
      );
    const junk = fc.uint8Array({ maxLength: 30 }).map((array) => Buffer.from(array));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 30, arbitrary: any }, { weight: 1, arbitrary: junk }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }),
        async (frames, sizes) => {
          const chunks = cut(Buffer.concat(frames), sizes);
          expect(foundByUs(chunks, isServer)).toEqual(await foundByWs(chunks, isServer, LIMITS));
        },
      ),
      { numRuns: 1500 },
    );
  });
});
