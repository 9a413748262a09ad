/**
 * The way from the service to its database: TCP, byte for byte, that can be made to carry answers late, or nothing at all while it goes on
 * to accept everything.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { portOf } from './listening.js';
import type { Asked, Proof, Trouble } from './trouble.js';

type Kind = NonNullable<Trouble['database']>;

export const ANSWER_DELAY_MS = 250;

export class DatabasePipe implements Asked<Kind> {
  private readonly joints = new Set<Joint>();
  private kind: Kind | undefined;
  private requests = 0;
  private lateAnswers = 0;
  private connections = 0;

  private constructor(private readonly server: Server) {}

  /** @param target where the database listens. */
  static async to(target: { readonly host: string; readonly port: number }): Promise<DatabasePipe> {
    const server = createServer();
    const pipe = new DatabasePipe(server);
    server.on('connection', (near) => pipe.join(near, connect(target)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return pipe;
  }

  get port(): number {
    return portOf(this.server);
  }

  begin(kind: Kind | undefined): void {
    this.kind = kind;
    this.requests = 0;
    this.lateAnswers = 0;
    this.connections = 0;
    for (const joint of this.joints) joint.behave(kind);
  }

  get proof(): Proof {
    const { kind, requests, lateAnswers, connections } = this;
    if (kind === 'slow') return { [`answers of the database ${ANSWER_DELAY_MS} ms late`]: lateAnswers };
    if (kind !== 'blocked') return { 'requests to the database': requests };
    return {
      'requests never answered': requests,
      ...(connections > 0 ? { 'connections made in vain': connections } : {}),
    };
  }

  end(): void {
    this.begin(undefined);
  }

  async close(): Promise<void> {
    for (const joint of this.joints) joint.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket, far: Socket): void {
    this.connections += 1;
    const joint: Joint = new Joint(near, far, {
      asked: () => (this.requests += 1),
      late: () => (this.lateAnswers += 1),
      gone: () => this.joints.delete(joint),
    });
    joint.behave(this.kind);
    this.joints.add(joint);
  }
}

interface JointEvents {
  asked(): unknown;
  /** A piece of an answer is held back. */
  late(): unknown;
  gone(): unknown;
}

/** One connection. The driver writes what belongs to one statement at once, so a piece of the near side counts as a request. */
class Joint {
  private kind: Kind | undefined;
  private held: Buffer[] = [];
  /** Pieces of answers that wait: no later one may overtake them. */
  private late = 0;

  constructor(
    private readonly near: Socket,
    private readonly far: Socket,
    events: JointEvents,
  ) {
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.setNoDelay(true);
      one.on('error', () => undefined);
      one.on('close', () => {
        events.gone();
        other.destroy();
      });
    }
    near.on('data', (piece: Buffer) => {
      events.asked();
      if (this.kind === 'blocked') this.held.push(piece);
      else far.write(piece);
    });
    far.on('data', (piece: Buffer) => {
      if (this.kind !== 'slow' && this.late === 0) {
        near.write(piece);
        return;
      }
      events.late();
      this.late += 1;
      setTimeout(() => {
        this.late -= 1;
        if (near.writable) near.write(piece);
      }, ANSWER_DELAY_MS);
    });
  }

  destroy(): void {
    this.near.destroy();
    this.far.destroy();
  }

  behave(kind: Kind | undefined): void {
    this.kind = kind;
    if (kind === 'blocked') return;
    for (const piece of this.held.splice(0)) if (this.far.writable) this.far.write(piece);
  }
}
