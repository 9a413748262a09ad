/** Below HTTP: hostile requests byte by byte, peers that never finish, and thousands that never begin. */
import { connect, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { BesiegedSystem } from './besieged-system.js';
import { eventually } from '../support/whole-system.js';
import { assail, INPUTS, LIMIT_MS, nastyText } from './hostile.js';
import { expectUnharmed } from './unharmed.js';
import type { Witness } from './witness.js';

const AT_ONCE = 30;
const HALF_OPEN = 2000;
const WAVE = 200;
const MAX_CONNECTIONS = 2200;

describe('the port under attack', () => {
  let besieged: BesiegedSystem;
  let witness: Witness;
  let port: number;
  beforeAll(async () => {
    besieged = await BesiegedSystem.start({
      HEADERS_TIMEOUT_SECONDS: '5',
      REQUEST_TIMEOUT_SECONDS: '6',
      MAX_CONNECTIONS: String(MAX_CONNECTIONS),
    });
    witness = await besieged.witness();
    port = Number(new URL(besieged.system.url).port);
  });
  const opened: Socket[] = [];
  afterEach(() => {
    for (const socket of opened.splice(0)) socket.destroy();
  });
  afterAll(() => besieged.stop());

  interface Peer {
    readonly socket: Socket;
    /** Everything that was answered, once the connection is closed. */
    readonly answer: Promise<string>;
  }
  const open = (): Promise<Peer> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      opened.push(socket);
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      const answer = new Promise<string>((tell) => socket.once('close', () => tell(text)));
      socket.once('connect', () => resolve({ socket, answer }));
      socket.once('close', () => resolve({ socket, answer }));
    });
  /** In waves that the queue of the port takes: what overflows it is lost to both sides without a word. */
  async function openMany(count: number): Promise<Peer[]> {
    const peers: Peer[] = [];
    while (peers.length < count)
      peers.push(...(await Promise.all(Array.from({ length: Math.min(WAVE, count - peers.length) }, open))));
    return peers;
  }
  /** Over a connection of its own: one that is kept alive would not knock at the door. */
  const isAlive = async (): Promise<boolean> => {
    const { socket, answer } = await open();
    socket.end('GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    return (await answer).startsWith('HTTP/1.1 200 ');
  };

  const line = nastyText.map((text) => text.slice(0, 3000));
  const header = fc.tuple(
    fc.oneof(
      fc.constantFrom(
        'Host',
        'Authorization',
        'Content-Length',
        'Transfer-Encoding',
        'Connection',
        'Upgrade',
        'Expect',
        'Sec-WebSocket-Key',
        'Sec-WebSocket-Version',
        'Sec-WebSocket-Extensions',
        'Cookie',
        'Idempotency-Key',
        'Last-Event-ID',
        'Range',
        'If-Range',
        'Accept-Encoding',
        'X-Twilio-Signature',
      ),
      line,
    ),
    fc.oneof(
      line,
      fc.constantFrom(
        '-1',
        '18446744073709551616',
        'chunked',
        'chunked, chunked',
        'websocket',
        'Upgrade',
        '100-continue',
        '13',
        'permessage-deflate; server_max_window_bits=99',
        'bytes=0-0,-1,5-2',
        '0, 5',
      ),
    ),
  );
  const request = fc
    .record({
      method: fc.oneof(
        fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'CONNECT', 'TRACE', 'PRI'),
        line,
      ),
      target: fc.oneof(
        fc.constantFrom(
          '/',
          '*',
          '/stream',
          '/stream/',
          '/stream/x',
          '/stream/%00',
          '//stream/x',
          '/calls',
          'http://127.0.0.1/calls',
          '/twiml?%',
          '/docs/../calls',
          `/${'a'.repeat(20_000)}`,
        ),
        line,
      ),
      version: fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', ''),
      headers: fc.array(header, { maxLength: 8 }),
      body: line,
    })
    .map(({ method, target, version, headers, body }) =>
      Buffer.from(
        `${method} ${target} ${version}\r\n${headers.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`,
        'utf8',
      ),
    );

  it(
    'answers any bytes with an error, or lets the peer go',
    () =>
      assail(INPUTS.wire, AT_ONCE, request, async (requests) => {
        const answers = await Promise.all(
          requests.map(async (bytes) => {
            const { socket, answer } = await open();
            socket.end(bytes);
            return answer;
          }),
        );
        for (const answer of answers) {
          // No key is sent, so nothing is well but preflights, and nobody is let through to a socket.
          const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0);
          expect([
            0, 200, 204, 100, 301, 302, 400, 401, 403, 404, 405, 408, 411, 413, 414, 417, 426, 431, 501,
          ]).toContain(status);
          expect(answer).not.toContain('X-Injected');
          expect(status).not.toBe(101);
        }
      }),
    LIMIT_MS,
  );

  it(
    'serves others while thousands hold half a request, and lets all of these go',
    async () => {
      const sockets = await openMany(HALF_OPEN);
      for (const [at, { socket }] of sockets.entries()) {
        if (at % 3 === 0) socket.write('POST /calls HTTP/1.1\r\nHost: x\r\nX-Slow: ');
        else if (at % 3 === 1)
          socket.write('POST /calls HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{');
      }
      expect(await isAlive()).toBe(true);
      const answers = await Promise.all(sockets.map(({ answer }) => answer));
      expect(answers).toHaveLength(HALF_OPEN);
      expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 2'))).toEqual([]);
    },
    LIMIT_MS,
  );

  it('drips no answer to a peer that drips its body', async () => {
    const { socket, answer } = await open();
    socket.write('POST /calls HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    const drip = setInterval(() => socket.writable && socket.write('1\r\n \r\n'), 50);
    // 401 at once, since it has no key, or 408 in the end: what counts is that it does not last.
    expect(await answer).toMatch(/^HTTP\/1\.1 4(01|08)/);
    clearInterval(drip);
  }, 30_000);

  it('takes as many connections as it may, and others again when these are gone', async () => {
    const sockets = await openMany(MAX_CONNECTIONS);
    expect(await isAlive()).toBe(false);
    for (const { socket } of sockets) socket.destroy();
    await eventually(isAlive, (alive) => alive);
  }, 30_000);

  it('has harmed nobody', () => expectUnharmed(besieged, witness, 1));
});
