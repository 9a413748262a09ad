/**
 * Readers of the event stream of all calls, by bare sockets: many that take a kilobyte a second, many that take nothing, or a flood of
 * them that connect, are answered and leave.
 */
import { connect, type Socket } from 'node:net';
import { Rhythm } from './rhythm.js';
import type { Api, Asking, Proof, Trouble } from './trouble.js';

type Kind = NonNullable<Trouble['readers']>;

const READERS = 200;
const SLOW_READ_BYTES = 1024;
const SLOW_READ_EVERY_MS = 1000;
/** Each is a request of the API: together with nothing else, within its limit for a key. */
const VISITS_PER_SECOND = 200;
const LOOK_EVERY_MS = 5;
/** When nothing has come for so long, there was no more. */
const QUIET_MS = 300;

export class EventReaders implements Asking {
  private readonly sockets = new Set<Socket>();
  private readonly timer: NodeJS.Timeout;
  private takenBytes = 0;
  /** How many were answered and left again. */
  private answeredVisits = 0;
  private cutOff = 0;

  constructor(
    private readonly api: Api,
    private readonly kind: Kind,
    readers = READERS,
  ) {
    if (kind === 'flood') {
      const rhythm = new Rhythm(1000 / VISITS_PER_SECOND, performance.now(), () => this.visit());
      this.timer = setInterval(() => rhythm.catchUp(performance.now()), LOOK_EVERY_MS);
      return;
    }
    for (let reader = 0; reader < readers; reader += 1) this.open().pause();
    this.timer = setInterval(() => {
      if (kind === 'slow') for (const socket of this.sockets) this.takeSome(socket);
    }, SLOW_READ_EVERY_MS);
  }

  /** Readers that are there now. */
  get count(): number {
    return this.sockets.size;
  }

  get visits(): number {
    return this.answeredVisits;
  }

  async end(): Promise<Proof> {
    clearInterval(this.timer);
    const { sockets, kind, takenBytes, visits, cutOff } = this;
    if (kind === 'flood') {
      for (const socket of sockets) socket.destroy();
      return { 'readers that came and left': visits };
    }
    const readers = sockets.size;
    const leftBytes = await rest(sockets);
    for (const socket of sockets) socket.destroy();
    const left = { 'MB that they left unread': leftBytes / 1e6, 'readers cut off': cutOff };
    if (kind === 'unread') return { 'readers that took nothing': readers, ...left };
    return { 'slow readers': readers, 'kB that they took': takenBytes / 1000, ...left };
  }

  private open(): Socket {
    const { hostname, port, host } = new URL(this.api.url);
    const socket = connect(Number(port), hostname);
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.cutOff += 1;
      this.sockets.delete(socket);
    });
    socket.write(
      `GET /events HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${this.api.key}\r\n\r\n`,
    );
    return socket;
  }

  private visit(): void {
    const socket = this.open();
    socket.once('data', (head: Buffer) => {
      if (head.toString('latin1').startsWith('HTTP/1.1 200')) this.answeredVisits += 1;
      socket.destroy();
    });
  }

  private takeSome(socket: Socket): void {
    const piece: unknown = socket.read(SLOW_READ_BYTES) ?? socket.read();
    if (Buffer.isBuffer(piece)) this.takenBytes += piece.length;
  }
}

/** Takes what waits for them, and tells how much it was. */
async function rest(sockets: Iterable<Socket>): Promise<number> {
  let bytes = 0;
  let lastAt = performance.now();
  for (const socket of sockets) {
    socket.on('data', (piece: Buffer) => {
      bytes += piece.length;
      lastAt = performance.now();
    });
    socket.resume();
  }
  while (performance.now() < lastAt + QUIET_MS) await new Promise((resolve) => void setTimeout(resolve, 50));
  return bytes;
}
