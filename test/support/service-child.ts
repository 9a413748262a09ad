/**
 * The built service as a process of its own: what people deploy, and a core to itself.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './whole-system.js';

export interface RunningService {
  readonly child: ChildProcess;
  readonly url: string;
  /** What it has written to its standard output: its log. */
  output(): string;
  /** Resolves with how it ended: the signal, when Nest has shut down and handed the signal on, or the exit code. */
  stop(): Promise<string>;
}

export async function runBuiltService(variables: Readonly<Record<string, string>>): Promise<RunningService> {
  const child = spawn(process.execPath, ['dist/main.js'], {
    env: { PATH: process.env['PATH'], ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const written: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => void written.push(chunk));
  const url = `http://127.0.0.1:${variables['PORT']}`;
  await eventually(
    () =>
      fetch(`${url}/health/ready`).then(
        (answer) => answer.status,
        () => 0,
      ),
    (status) => status === 200 || child.exitCode !== null,
    30_000,
  );
  if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}; was it built?`);
  return {
    child,
    url,
    output: () => Buffer.concat(written).toString('utf8'),
    stop: async () => {
      if (child.exitCode !== null) return String(child.exitCode);
      child.kill('SIGTERM');
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      return signal ?? String(code);
    },
  };
}
