/** Both kinds of socket, as server and as client, on real connections with a peer that keeps to the rules or breaks them. */
import { once } from 'node:events';
import type { RawFrame } from '../support/raw-frames.js';
import { closeBytes, cut } from '../support/raw-frames.js';
import { frameTo, RawPeer, type PeerOptions, type Side } from '../support/raw-peer.js';
import { foundByWs } from '../support/ws-receiver.js';

const SIDES: [string, Side][] = [
  ['framed, as server', { transport: 'framed', isServer: true }],
  ['framed, as client', { transport: 'framed', isServer: false }],
  ['of ws, as server', { transport: 'ws', isServer: true }],
  ['of ws, as client', { transport: 'ws', isServer: false }],
];
const MEGABYTE = 1024 * 1024;

describe.each(SIDES)('a socket %s', (_name, side) => {
  let peer: RawPeer;
  const open = async (options: PeerOptions = {}): Promise<RawPeer> =>
    (peer = await RawPeer.open(side, options));
  const frame = (opcode: number, payload: string | Buffer = '', more: Partial<RawFrame> = {}): Buffer =>
    frameTo(side, opcode, payload, more);
  /** What the peer had, as a WebSocket would have it. */
  const heard = async (bytes: number): Promise<string[]> =>
    foundByWs([await peer.untilReceived(bytes)], !side.isServer, { maxPayload: 0, maxFragments: 0 });
  afterEach(() => peer.close());

  it('tells texts and binary messages in order, many of them in one chunk', async () => {
    await open();
    const frames = Array.from({ length: 300 }, (_, at) => frame(1, `Nr. ${at} ä`));
    peer.send(...frames, frame(2, 'x'), frame(1, ''));
    const told = await peer.untilTold(302);
    expect(told).toEqual([...frames.map((_, at) => `text Nr. ${at} ä`), 'binary', 'text ']);
  });

  it('tells what comes byte by byte', async () => {
    await open();
    peer.theirs.setNoDelay(true);
    const bytes = Buffer.concat([frame(1, 'a'.repeat(130)), frame(9, '?'), frame(1, 'ë')]);
    for (const piece of cut(
      bytes,
      Array.from(bytes, () => 1),
    )) {
      peer.theirs.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await peer.untilTold(2)).toEqual([`text ${'a'.repeat(130)}`, 'text ë']);
    expect(await peer.untilReceived(1)).not.toHaveLength(0);
  });

  it('puts fragments together, and answers a ping between them at once', async () => {
    await open();
    peer.send(frame(1, 'Zo', { fin: false }), frame(9, 'still there?'), frame(0, 'ë'));
    expect(await peer.untilTold(1)).toEqual(['text Zoë']);
    const size = side.isServer ? 14 : 18;
    const pong = await peer.untilReceived(size);
    expect(pong).toHaveLength(size);
    expect(pong[0]).toBe(0x8a);
  });

  it('takes a message with a length in 64 bits', async () => {
    await open();
    const text = 'Länge '.repeat(100_000);
    peer.send(frame(1, text), frame(1, 'behind'));
    expect(await peer.untilTold(2)).toEqual([`text ${text}`, 'text behind']);
  });

  it('keeps what came in one packet with the handshake', async () => {
    await open({ head: Buffer.concat([frame(1, 'first'), frame(1, 'second').subarray(0, 4)]) });
    peer.send(frame(1, 'second').subarray(4), frame(1, 'third'));
    expect(await peer.untilTold(3)).toEqual(['text first', 'text second', 'text third']);
  });

  it.each<[string, number, string, () => Buffer]>([
    ['a wrong mask', 1002, 'framing', () => rawWrongMask(side)],
    ['a reserved bit', 1002, 'framing', () => frame(1, 'a', { rsv: 2 })],
    ['bad UTF-8', 1007, 'encoding', () => frame(1, Buffer.from([0xff]))],
    ['a bad close code', 1002, 'framing', () => frame(8, closeBytes(1004))],
    ['bad UTF-8 in a close', 1007, 'encoding', () => frame(8, closeBytes(1000, Buffer.from([0xff])))],
    ['a message beyond the limit', 1009, 'size', () => frame(1, 'a'.repeat(1001))],
    [
      'fragments beyond the limit',
      1009,
      'size',
      () => Buffer.concat([frame(1, 'a'.repeat(600), { fin: false }), frame(0, 'a'.repeat(600))]),
    ],
  ])('refuses %s with %i, and hears nothing behind it', async (_what, code, fault, bytes) => {
    await open({ maxPayload: 1000 });
    peer.send(frame(1, 'before'), bytes(), frame(1, 'behind'));
    expect(await heard(side.isServer ? 4 : 8)).toEqual([`close ${code} `]);
    peer.theirs.end();
    expect(await peer.untilTold(3)).toEqual(['text before', `failed ${fault}`, 'closed 1006 ']);
  });

  it.each([
    [1000, 'Ende ä', 'close 1000 Ende ä'],
    [3008, '', 'close 3008 '],
    [undefined, '', 'close 1005 '],
  ])('answers a close with %s in kind, and tells it', async (code, reason, answer) => {
    await open();
    peer.send(frame(8, code === undefined ? '' : closeBytes(code, reason)), frame(1, 'too late'));
    await once(peer.theirs, 'end');
    peer.theirs.end();
    expect(await heard(1)).toEqual([answer]);
    expect(await peer.untilTold(1)).toEqual([`closed ${code ?? 1005} ${reason}`]);
    expect(peer.socket.isOpen).toBe(false);
  });

  it('closes with a code, hears what is on its way, and tells the answer', async () => {
    await open();
    peer.socket.send('last words');
    peer.socket.close(1000, 'call ended');
    peer.socket.close(1001);
    peer.socket.send('too late');
    expect(peer.socket.isOpen).toBe(false);
    const size = side.isServer ? 12 + 14 : 16 + 18;
    expect((await peer.untilReceived(size)).length).toBe(size);
    peer.send(frame(1, 'on its way'), frame(8, closeBytes(1000, 'call ended')));
    await once(peer.theirs, 'end');
    peer.theirs.end();
    expect(await heard(size)).toEqual(['text last words', 'close 1000 call ended']);
    expect(await peer.untilTold(2)).toEqual(['text on its way', 'closed 1000 call ended']);
  });

  it('refuses to close with what a close frame cannot carry', async () => {
    await open();
    expect(() => peer.socket.close(1006)).toThrow();
    expect(() => peer.socket.close(1000, 'ä'.repeat(62))).toThrow();
    peer.socket.close(1000, 'ä'.repeat(61));
    expect(await heard(126)).toEqual([`close 1000 ${'ä'.repeat(61)}`]);
  });

  it('tells an end without a close, in the middle of a frame as well', async () => {
    await open();
    peer.send(frame(1, 'whole'), frame(1, 'cut off').subarray(0, 5));
    await peer.untilTold(1);
    peer.theirs.end();
    expect(await peer.untilTold(2)).toEqual(['text whole', 'closed 1006 ']);
  });

  it('tells a connection that was reset', async () => {
    await open();
    peer.theirs.resetAndDestroy();
    expect(await peer.untilTold(1)).toEqual(['closed 1006 ']);
  });

  it('tells its own cut', async () => {
    await open();
    peer.socket.terminate();
    expect(peer.socket.isOpen).toBe(false);
    expect(await peer.untilTold(1)).toEqual(['closed 1006 ']);
  });

  it('counts what the peer does not read, and loses none of it', async () => {
    await open();
    peer.theirs.pause();
    const text = 'x'.repeat(MEGABYTE);
    let sent = 0;
    while (peer.socket.bufferedAmount < 8 * MEGABYTE) {
      peer.socket.send(text);
      sent += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    // The kernel has taken the rest, which is no more than some megabytes.
    expect(sent).toBeLessThan(32);
    peer.theirs.resume();
    const size = sent * (MEGABYTE + (side.isServer ? 10 : 14));
    const found = await heard(size);
    expect(found).toHaveLength(sent);
    expect(found.every((line) => line.length === MEGABYTE + 5)).toBe(true);
    expect(peer.socket.bufferedAmount).toBe(0);
  });

  it('closes itself, and harms nobody, when its listener throws', async () => {
    await open({
      listener: (_socket, record) => ({
        ...record,
        text: () => {
          throw new Error('a bug');
        },
      }),
    });
    peer.send(frame(1, 'x'));
    expect(await heard(side.isServer ? 4 : 8)).toEqual(['close 1011 ']);
    peer.send(frame(8, closeBytes(1011)));
    peer.theirs.end();
    expect(await peer.untilTold(1)).toEqual(['closed 1011 ']);
  });

  it('is a WebSocket to those who know nothing of texts', async () => {
    await open();
    const { ours } = peer;
    expect([ours.readyState, ours.bufferedAmount]).toEqual([1, 0]);
    const gone = once(ours, 'close');
    ours.terminate();
    expect(ours.readyState).toBe(2);
    expect(await gone).toEqual([1006, Buffer.alloc(0)]);
    expect(ours.readyState).toBe(3);
    ours.close(1000);
    ours.terminate();
    expect(peer.told).toEqual(['closed 1006 ']);
  });
});

/** Masked to a client, bare to a server. */
function rawWrongMask(side: Side): Buffer {
  return frameTo({ ...side, isServer: !side.isServer }, 1, 'a');
}
