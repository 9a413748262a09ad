/**
 * The connection that a worker was handed and did not take, because it died in that moment. Node keeps it open and forgets it: whoever
 * is at its other end would wait in vain. It goes to another worker instead.
 */
import type { Worker } from 'node:cluster';
import { Socket, type SocketConstructorOpts } from 'node:net';

/** Node's own object of a connection, before it is a socket. The parent closes it as soon as the worker says that it has it. */
interface Handle {
  /** Negative once it is closed, and always on Windows, where nothing is saved. */
  readonly fd: number;
  close(): void;
}

export class HandedConnections {
  private readonly last = new WeakMap<Worker, Handle>();
  /** A worker that is about to stop hands it back, and another one gets it. */
  private readonly holders = new WeakMap<Handle, Worker>();

  /** From now on it is known what the worker is handed. The cluster module hands over one connection after the other. */
  watch(worker: Worker): void {
    const child = worker.process;
    child.send = new Proxy(child.send.bind(child), {
      apply: (send, self, given): unknown => {
        this.note(worker, given[1]);
        return Reflect.apply(send, self, given);
      },
    });
  }

  /** After everything that the worker had to say was heard. Undefined: it has taken all that it was handed. */
  leftBy(worker: Worker): Socket | undefined {
    const handle = this.last.get(worker);
    if (!handle || handle.fd < 0 || this.holders.get(handle) !== worker) return undefined;
    // Nothing may be read of it here.
    const options: SocketConstructorOpts & { handle: Handle; pauseOnCreate: true } = {
      handle,
      pauseOnCreate: true,
    };
    return new Socket(options);
  }

  private note(worker: Worker, handle: unknown): void {
    if (!isHandle(handle)) return;
    this.last.set(worker, handle);
    this.holders.set(handle, worker);
  }
}

function isHandle(value: unknown): value is Handle {
  return typeof value === 'object' && value !== null && 'fd' in value && 'close' in value;
}
