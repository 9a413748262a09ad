/** Frames as they go: `ws` reads in them what was to be said, whole and in order. */
import * as fc from 'fast-check';
import {
  closeFrame,
  encodeFrames,
  pongFrame,
  SplicedText,
  type OutgoingFrame,
} from '../../src/sockets/frame-writer.js';
import { foundByWs } from '../support/ws-receiver.js';

const NONE = { maxPayload: 0, maxFragments: 0 };

function saidBy(frame: OutgoingFrame): string {
  if (typeof frame === 'string') return `text ${Buffer.from(frame).toString('utf8')}`;
  if (frame instanceof SplicedText) {
    const { before, bytes, from, to, behind } = frame;
    return `text ${Buffer.concat([before, bytes.subarray(from, to), behind]).toString('utf8')}`;
  }
  if (frame.opcode === 9) return `ping ${frame.payload.toString('hex')}`;
  const code = frame.payload.length === 0 ? 1005 : frame.payload.readUInt16BE(0);
  return `close ${code} ${frame.payload.toString('utf8', 2)}`;
}

describe.each([
  ['a server', false],
  ['a client', true],
])('what %s sends', (_name, mask) => {
  const found = (frames: readonly OutgoingFrame[], isBrief = true): Promise<string[]> =>
    foundByWs([encodeFrames(frames, mask, isBrief)], mask, NONE);

  it.each([0, 1, 31, 32, 33, 125, 126, 127, 65_535, 65_536, 100_000])(
    'is understood with %i characters, of one byte and of more',
    async (length) => {
      for (const char of ['a', 'ë', '€']) {
        const text = char.repeat(length);
        expect(await found([text, 'x', text])).toEqual([`text ${text}`, 'text x', `text ${text}`]);
        expect(await found([text], false)).toEqual([`text ${text}`]);
      }
    },
  );

  it.each([0, 1, 216, 511, 512, 2560, 70_000])(
    'is understood with %i bytes of a text that was read',
    async (length) => {
      const bytes = Buffer.from(`{"payload":"${'Zm9v'.repeat(length).slice(0, length)}"}`);
      const [before, behind] = [Buffer.from('{"a":"'), Buffer.from('"}')];
      const frame = new SplicedText(before, bytes, 12, 12 + length, behind);
      const text = `text {"a":"${bytes.toString('latin1', 12, 12 + length)}"}`;
      expect(await found([frame, 'x', frame])).toEqual([text, 'text x', text]);
      expect(await found([frame], false)).toEqual([text]);
    },
  );

  it('is understood where UTF-8 needs a longer header than the text seemed to need', async () => {
    for (const text of ['a'.repeat(124) + 'ë', 'ë'.repeat(60) + 'a'.repeat(20), 'a'.repeat(65_534) + 'ë'])
      expect(await found([text, 'behind'])).toEqual([`text ${text}`, 'text behind']);
  });

  it('is understood whatever it is', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.string({ unit: 'binary', maxLength: 300 }),
            fc.string({ unit: fc.constantFrom('a', '\ud800', '🎈', 'ë'), maxLength: 200 }),
            fc
              .uint8Array({ maxLength: 125 })
              .map((payload) => ({ opcode: 9 as const, payload: Buffer.from(payload) })),
          ),
          { minLength: 1, maxLength: 10 },
        ),
        fc.boolean(),
        async (frames, isBrief) => {
          expect(await found(frames, isBrief)).toEqual(frames.map((frame) => saidBy(frame)));
        },
      ),
      { numRuns: 500 },
    ));

  it('closes with a code and a reason, or with neither', async () => {
    expect(await found(['last words', closeFrame(1000, 'Ende ä')])).toEqual([
      'text last words',
      'close 1000 Ende ä',
    ]);
    expect(await found([closeFrame(undefined, '')])).toEqual(['close 1005 ']);
  });

  it('is a pong with the very bytes of the ping', () => {
    const payload = Buffer.from([0, 1, 2, 255]);
    const pong = pongFrame(payload);
    payload.fill(9);
    expect(pong.payload).toEqual(Buffer.from([0, 1, 2, 255]));
  });

  it('keeps what was written as it is, whatever is written behind it', async () => {
    const pieces = Array.from({ length: 400 }, (_, at) =>
      encodeFrames([`${at} ${'x'.repeat(300)}`], mask, true),
    );
    expect(await foundByWs(pieces, mask, NONE)).toEqual(
      Array.from({ length: 400 }, (_, at) => `text ${at} ${'x'.repeat(300)}`),
    );
  });
});

describe('a close frame', () => {
  it.each([
    [999, ''],
    [1005, ''],
    [1006, ''],
    [1015, ''],
    [5000, ''],
    [1000, 'ä'.repeat(62)],
  ])('is refused with what it cannot carry: %i %s', (code, reason) => {
    expect(() => closeFrame(code, reason)).toThrow(RangeError);
  });
});

describe('the key of a client’s frame', () => {
  const keyOf = (): string => encodeFrames(['a'], true, true).subarray(2, 6).toString('hex');

  it('is another one each time, beyond one pool of them as well', () => {
    const keys = new Set(Array.from({ length: 5000 }, keyOf));
    // Among five thousand of four random bytes two alike are one chance in three hundred.
    expect(keys.size).toBeGreaterThan(4990);
  });

  it('hides the text', () => {
    const text = 'x'.repeat(1000);
    expect(encodeFrames([text], true, true).includes('xxxx')).toBe(false);
  });
});
