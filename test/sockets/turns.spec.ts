/** When framed sockets write: once for each turn, in order, and at once where it must be. */
import { FramedTextSocket } from '../../src/sockets/framed-text-socket.js';
import type { TextListener, TextSocket } from '../../src/sockets/text-socket.js';
import { KEY, rawFrame, textFrame } from '../support/raw-frames.js';
import { turnOver, Wire } from '../support/wire.js';
import { foundByWs } from '../support/ws-receiver.js';

const NONE = { maxPayload: 0, maxFragments: 0 };

const quiet: TextListener = {
  text: () => undefined,
  binary: () => undefined,
  failed: () => undefined,
  closed: () => undefined,
};
const saidBy = (wire: Wire): Promise<string[]> => foundByWs(wire.writes, false, NONE);

function open(
  listener: Partial<TextListener> = {},
  wire = new Wire(),
): { readonly wire: Wire; readonly socket: TextSocket } {
  const socket = new FramedTextSocket(wire, Buffer.alloc(0), {
    isServer: true,
    closeTimeoutMs: 1000,
    ...NONE,
  });
  socket.listen({ ...quiet, ...listener });
  return { wire, socket };
}
const masked = (text: string): Buffer => textFrame(text, { key: KEY });

describe('a framed socket', () => {
  it('writes all that was sent in one turn at once, in order', async () => {
    const { wire, socket } = open();
    for (const text of ['a', 'b', 'c']) socket.send(text);
    expect(wire.writes).toEqual([]);
    await turnOver();
    expect(wire.writes).toHaveLength(1);
    expect(await saidBy(wire)).toEqual(['text a', 'text b', 'text c']);
  });

  it('writes once for each turn', async () => {
    const { wire, socket } = open();
    for (const text of ['a', 'b', 'c']) {
      socket.send(text);
      await turnOver();
    }
    expect(wire.writes).toHaveLength(3);
    expect(await saidBy(wire)).toEqual(['text a', 'text b', 'text c']);
  });

  it('writes what another one’s chunk makes it send at the end of that read, once', async () => {
    const agent = open();
    const counts: number[] = [];
    const line = open({
      text: (bytes, from, to) => {
        agent.socket.send(bytes.toString('utf8', from, to));
        line.socket.send('echo');
        counts.push(agent.wire.writes.length, line.wire.writes.length);
      },
    });
    const ping = rawFrame({ opcode: 9, payload: Buffer.from('?'), key: KEY });
    line.wire.push(Buffer.concat([masked('a'), masked('b'), ping, masked('c')]));
    await turnOver();
    expect(counts).toEqual([0, 0, 0, 0, 0, 0]);
    expect([agent.wire.writes.length, line.wire.writes.length]).toEqual([1, 1]);
    expect(await saidBy(agent.wire)).toEqual(['text a', 'text b', 'text c']);
    const pong = rawFrame({ opcode: 10, payload: Buffer.from('?') });
    const echo = textFrame('echo');
    expect(line.wire.writes[0]).toEqual(Buffer.concat([echo, echo, pong, echo]));
  });

  it('writes at once when it is told to, with what was before', async () => {
    const { wire, socket } = open();
    socket.send('audio');
    socket.send('clear');
    socket.flush();
    expect(wire.writes).toHaveLength(1);
    socket.send('audio behind');
    await turnOver();
    expect(wire.writes).toHaveLength(2);
    expect(await saidBy(wire)).toEqual(['text audio', 'text clear', 'text audio behind']);
  });

  it('closes behind what was sent before, and sends nothing behind the close', async () => {
    const { wire, socket } = open();
    socket.send('last words');
    socket.close(1000, 'bye');
    socket.send('too late');
    await turnOver();
    expect(wire.writes).toHaveLength(1);
    expect(await saidBy(wire)).toEqual(['text last words', 'close 1000 bye']);
    socket.terminate();
  });

  it('counts what it has not written yet as buffered', async () => {
    const { wire, socket } = open();
    socket.send('12345');
    expect(socket.bufferedAmount).toBe(5);
    await turnOver();
    expect(socket.bufferedAmount).toBe(0);
    expect(wire.writes).toHaveLength(1);
  });

  it('writes nothing when it was cut before', async () => {
    const { wire, socket } = open();
    socket.send('a');
    socket.terminate();
    await turnOver();
    expect(wire.writes).toEqual([]);
    expect(socket.bufferedAmount).toBe(0);
  });

  it('goes on in the turn in which another one’s listener throws', async () => {
    const other = open();
    const line = open({
      text: () => {
        other.socket.send('a');
        throw new Error('a bug');
      },
    });
    line.wire.push(masked('x'));
    await turnOver();
    expect(await saidBy(other.wire)).toEqual(['text a']);
    expect(await saidBy(line.wire)).toEqual(['close 1011 ']);
    line.socket.terminate();
  });

  it('answers no more pings of a peer that does not read the answers', async () => {
    const { wire } = open({}, new Wire(false));
    const pings = Buffer.concat(
      Array.from({ length: 500 }, () => rawFrame({ opcode: 9, payload: Buffer.alloc(125), key: KEY })),
    );
    for (let chunk = 0; chunk < 10; chunk += 1) {
      wire.push(Buffer.from(pings));
      await turnOver();
    }
    expect(wire.writableLength).toBeGreaterThan(64 * 1024);
    expect(wire.writableLength).toBeLessThan(2 * 64 * 1024);
    wire.destroy();
  });

  it('cuts a peer that does not close in its turn', async () => {
    const wire = new Wire();
    const socket = new FramedTextSocket(wire, Buffer.alloc(0), {
      isServer: true,
      closeTimeoutMs: 1,
      ...NONE,
    });
    const code = await new Promise((resolve) => {
      socket.listen({ ...quiet, closed: resolve });
      socket.close(1000);
    });
    expect(code).toBe(1006);
    expect(wire.destroyed).toBe(true);
  });

  it('tells the end to a listener that came after it', async () => {
    const wire = new Wire();
    const socket = new FramedTextSocket(wire, Buffer.alloc(0), {
      isServer: true,
      closeTimeoutMs: 1000,
      ...NONE,
    });
    wire.destroy();
    await turnOver();
    expect(await new Promise((resolve) => socket.listen({ ...quiet, closed: resolve }))).toBe(1006);
  });
});
