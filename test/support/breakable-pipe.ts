/**
 * A way to a server that a test can cut and mend: TCP, byte for byte.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class BreakablePipe {
  private readonly open = new Set<Socket>();
  private isCut = false;
  private refusals = 0;
  private readonly refusedListeners = new Set<() => void>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** @param target host and port behind it. */
  static async to(target: { readonly host: string; readonly port: number }): Promise<BreakablePipe> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const pipe = new BreakablePipe(server, (server.address() as AddressInfo).port);
    server.on('connection', (near) => {
      pipe.join(near, target);
    });
    return pipe;
  }

  /** Every connection breaks, and none is made, until it is mended. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.open) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  /** Resolves once so many connections have been refused. */
  refused(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.refusedListeners.add(() => {
        if (this.refusals >= count) resolve();
      });
    });
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket, target: { readonly host: string; readonly port: number }): void {
    if (this.isCut) {
      near.destroy();
      this.refusals += 1;
      for (const listener of this.refusedListeners) listener();
      return;
    }
    const far = connect(target);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.open.add(one);
      one.setNoDelay(true);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}

/** The same database by way of a pipe. */
export async function breakable(databaseUrl: string): Promise<{ pipe: BreakablePipe; url: string }> {
  const url = new URL(databaseUrl);
  const pipe = await BreakablePipe.to({ host: url.hostname, port: Number(url.port || 5432) });
  url.hostname = '127.0.0.1';
  url.port = String(pipe.port);
  return { pipe, url: url.href };
}
