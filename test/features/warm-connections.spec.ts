/** Connections that are made ahead of the WebSocket: used once, by the call that they were made for, and never left open. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { WarmConnections } from '../../src/agent/warm-connections.js';
import { ManualClock } from '../support/manual-clock.js';

const KEPT_MS = 8000;

describe('a warm connection', () => {
  let server: Server;
  let sockets: Socket[];
  let url: string;
  let clock: ManualClock;
  let connections: WarmConnections;

  beforeEach(async () => {
    sockets = [];
    server = createServer();
    server.on('connection', (socket) => void sockets.push(socket));
    const accepting = new WebSocketServer({ server });
    accepting.on('connection', (socket) => void socket.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/convai/conversation?x=1`;
    clock = new ManualClock();
    connections = new WarmConnections(clock);
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const connected = async (): Promise<Socket> => {
    const came = once(server, 'connection') as Promise<[Socket]>;
    connections.warm('call_1', url);
    const [socket] = await came;
    return socket;
  };
  const forgotten = async (): Promise<void> => {
    while (clock.pending > 0) await new Promise((resolve) => setImmediate(resolve));
  };

  it('carries the WebSocket of its call, without another one', async () => {
    await connected();
    const warm = connections.take('call_1', url);
    if (!warm) throw new Error('it was made');
    const socket = new WebSocket(url, { createConnection: () => warm });
    await once(socket, 'open');
    expect(sockets).toHaveLength(1);
    socket.terminate();
    expect(clock.pending).toBe(0);
  });

  it('may be taken while it is still on its way', async () => {
    connections.warm('call_1', url);
    const warm = connections.take('call_1', url);
    if (!warm) throw new Error('it is on its way');
    const socket = new WebSocket(url, { createConnection: () => warm });
    await once(socket, 'open');
    expect(sockets).toHaveLength(1);
    socket.terminate();
  });

  it('is taken once, and by nobody else', async () => {
    await connected();
    expect(connections.take('call_2', url)).toBeUndefined();
    const warm = connections.take('call_1', url);
    expect(warm).toBeDefined();
    expect(connections.take('call_1', url)).toBeUndefined();
    warm?.destroy();
  });

  it('is not made twice for one call', async () => {
    const socket = await connected();
    connections.warm('call_1', url);
    connections.forget('call_1');
    await once(socket, 'close');
    expect(sockets).toHaveLength(1);
  });

  it('is closed when no stream comes', async () => {
    const socket = await connected();
    clock.advance(KEPT_MS);
    await once(socket, 'close');
    expect(connections.take('call_1', url)).toBeUndefined();
  });

  it('is closed rather than used for another address', async () => {
    const socket = await connected();
    expect(connections.take('call_1', 'ws://127.0.0.1:1/elsewhere')).toBeUndefined();
    await once(socket, 'close');
  });

  it('is forgotten when the other side closes it', async () => {
    const socket = await connected();
    socket.destroy();
    await forgotten();
    expect(connections.take('call_1', url)).toBeUndefined();
  });

  it('that cannot be made harms nobody', async () => {
    server.close();
    connections.warm('call_1', url);
    await forgotten();
    expect(connections.take('call_1', url)).toBeUndefined();
  });
});
