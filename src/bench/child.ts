/**
 * A process of the benchmark, and the answers that it gives.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

type Reply<Answer> = { readonly answer: Answer } | { readonly error: string };

export class Child {
  private constructor(
    readonly process: ChildProcess,
    /** Where it listens. */
    readonly port: number,
  ) {}

  /** One of our own programs, which says where it listens. */
  static async fork(program: string, args: readonly string[] = []): Promise<Child> {
    const child = fork(fileURLToPath(new URL(program, import.meta.url)), args, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const { port } = await nextAnswer<{ readonly port: number }>(child);
    return new Child(child, port);
  }

  /** Any program that listens where it is told. */
  static spawn(command: string, args: readonly string[], port: number, env: NodeJS.ProcessEnv): Child {
    return new Child(spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env }), port);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  ask<Answer>(order: object): Promise<Answer> {
    this.process.send(order);
    return nextAnswer<Answer>(this.process);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await gone;
  }
}

function nextAnswer<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const exited = (): void => reject(new Error('a process of the benchmark ended'));
    child.once('exit', exited);
    child.once('message', (reply: Reply<Answer>) => {
      child.off('exit', exited);
      if ('error' in reply) reject(new Error(reply.error));
      else resolve(reply.answer);
    });
  });
}
