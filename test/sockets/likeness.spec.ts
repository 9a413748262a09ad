/** Both kinds of socket are one to the peer and to the leg: the same bytes in, the same told, the same bytes out, the same end. */
import * as fc from 'fast-check';
import { WebSocket } from 'ws';
import { FramedTextSocket } from '../../src/sockets/framed-text-socket.js';
import type { SocketTransport, TextSocket } from '../../src/sockets/text-socket.js';
import { WsTextSocket } from '../../src/sockets/ws-text-socket.js';
import { closeBytes, cut, KEY, rawFrame, textFrame } from '../support/raw-frames.js';
import { turnOver, Wire } from '../support/wire.js';

const LIMITS = { maxPayload: 300, maxFragments: 5 };
const NOTHING = Buffer.alloc(0);

interface Story {
  readonly chunks: readonly Buffer[];
  /** Before which chunk our side closes; never, where it is beyond the last. */
  readonly closeAt: number;
  /** What the peer does when it has said everything: it ends, or is gone. */
  readonly isReset: boolean;
}

interface Outcome {
  readonly told: readonly string[];
  /** A server's frames are not masked, so that they are the same to the last byte. */
  readonly written: string;
  readonly isDestroyed: boolean;
}

/** A socket as a server has it, behind the handshake. */
function socketOver(wire: Wire, transport: SocketTransport): TextSocket {
  if (transport === 'framed')
    return new FramedTextSocket(wire, NOTHING, { isServer: true, closeTimeoutMs: 1000, ...LIMITS });
  const server = WebSocket as unknown as new (
    address: null,
    protocols: undefined,
    options: object,
  ) => WebSocket & { setSocket(socket: Wire, head: Buffer, options: object): void };
  const socket = new server(null, undefined, { autoPong: true, closeTimeout: 1000 });
  socket.setSocket(wire, NOTHING, LIMITS);
  return new WsTextSocket(socket);
}

async function play({ chunks, closeAt, isReset }: Story, transport: SocketTransport): Promise<Outcome> {
  const wire = new Wire();
  const socket = socketOver(wire, transport);
  const told: string[] = [];
  const closed = new Promise<void>((resolve) => {
    socket.listen({
      text: (bytes, from, to) => {
        told.push(`text ${bytes.toString('utf8', from, to)}`);
        socket.send(`had ${to - from}`);
      },
      binary: () => void told.push('binary'),
      failed: (fault) => void told.push(`failed ${fault}`),
      closed: (code, reason) => {
        told.push(`closed ${code} ${reason}`);
        resolve();
      },
    });
  });
  for (const [at, chunk] of chunks.entries()) {
    if (at === closeAt) socket.close(1000, 'enough');
    if (wire.readable) wire.push(Buffer.from(chunk));
    await turnOver();
  }
  if (isReset) wire.destroy(new Error('reset'));
  else if (wire.readable) wire.push(null);
  await closed;
  return {
    told,
    written: Buffer.concat(wire.writes).toString('hex'),
    isDestroyed: wire.destroyed,
  };
}

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const words = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => Buffer.from(text));
const rarely = <Value>(usual: Value, rare: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 40, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: rare });
const frames = fc.array(
  fc
    .record({
      content: fc.oneof(
        {
          weight: 8,
          arbitrary: fc.record({ opcode: fc.constantFrom(1, 1, 0, 2), payload: words, fin: fc.boolean() }),
        },
        { weight: 4, arbitrary: fc.record({ opcode: fc.constant(1), payload: words }) },
        { weight: 3, arbitrary: fc.record({ opcode: fc.constantFrom(9, 10), payload: bytes(125) }) },
        {
          weight: 1,
          arbitrary: fc.record({
            opcode: fc.constant(1),
            payload: fc.oneof(bytes(60), fc.constant(Buffer.alloc(301, 'x'))),
          }),
        },
        {
          weight: 1,
          arbitrary: fc
            .tuple(fc.constantFrom(1000, 1001, 1011, 3000, 1005, 1016, 5000), words)
            .map(([code, reason]) => ({ opcode: 8, payload: closeBytes(code, reason) })),
        },
        { weight: 1, arbitrary: fc.constant({ opcode: 8, payload: NOTHING }) },
      ),
      rsv: rarely(0, fc.integer({ min: 1, max: 7 })),
      key: rarely<Buffer | undefined>(KEY, fc.constant(undefined)),
    })
    .map(({ content, rsv, key }) => rawFrame({ ...content, rsv, key })),
  { maxLength: 10 },
);

describe('a framed socket and one of ws', () => {
  it('are alike to a peer that says anything, in any pieces, and to a leg', async () => {
    const told = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        frames,
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 20 }),
        fc.integer({ min: 0, max: 25 }),
        fc.boolean(),
        async (frames, sizes, closeAt, isReset) => {
          const story = { chunks: cut(Buffer.concat(frames), sizes), closeAt, isReset };
          const framed = await play(story, 'framed');
          expect(framed).toEqual(await play(story, 'ws'));
          for (const line of framed.told) told.add(line.split(' ').slice(0, 2).join(' '));
        },
      ),
      { numRuns: 800 },
    );
    // Or else it has compared nothing.
    for (const line of [
      'binary',
      'failed framing',
      'failed encoding',
      'failed size',
      'closed 1000',
      'closed 1006',
    ])
      expect(told).toContain(line);
  });

  it.each<[string, Story]>([
    [
      'a peer that is gone while we close',
      { chunks: [textFrame('a', { key: KEY })], closeAt: 0, isReset: true },
    ],
    [
      'a close that crosses with ours',
      {
        chunks: [
          textFrame('a', { key: KEY }),
          rawFrame({ opcode: 8, payload: closeBytes(1001, 'away'), key: KEY }),
        ],
        closeAt: 1,
        isReset: false,
      },
    ],
    [
      'a broken frame behind our close',
      { chunks: [textFrame('a', { key: KEY }), textFrame('b')], closeAt: 1, isReset: false },
    ],
    ['a peer that ends without a word', { chunks: [], closeAt: 9, isReset: false }],
  ])('are alike to %s', async (_what, story) => {
    expect(await play(story, 'framed')).toEqual(await play(story, 'ws'));
  });
});
