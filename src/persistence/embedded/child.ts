/**
 * Runs one program of Postgres to its end and tells what it said. It decides nothing, and a program that fails is an answer.
 */
import { spawn } from 'node:child_process';
import type { Account } from './account.js';

export interface Run {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly account: Account | undefined;
  readonly timeoutMs: number;
  /** A file descriptor that gets all output, instead of `output`. */
  readonly outputFd?: number;
}

export interface Ended {
  readonly ok: boolean;
  /** Standard output and error, trimmed; or why the program could not be run. */
  readonly output: string;
  /** Of the system, when the program could not be run at all: `ENOENT`, `EACCES` … */
  readonly errno?: string;
}

/**
 * Nothing is inherited: PGPORT, PGOPTIONS and the like would change what the programs do, and the service's secrets are not
 * for them. Windows is the exception, where programs need SystemRoot and PATH (not tried).
 */
const ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

export function runChild(run: Run): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(run.file, run.args, {
      cwd: run.cwd,
      ...run.account,
      ...(process.platform === 'win32' ? {} : { env: ENVIRONMENT }),
      stdio: ['ignore', run.outputFd ?? 'pipe', run.outputFd ?? 'pipe'],
      windowsHide: true,
    });
    // Not spawn's own `timeout`, which goes on, and keeps this process up, after a program that could not be run at all.
    const limit = setTimeout(() => child.kill('SIGKILL'), run.timeoutMs);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(limit);
      resolve({ ok: false, output: error.message, errno: error.code ?? 'unknown' });
    });
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      const killed = signal === null ? '' : ` (ended by ${signal}, perhaps after ${run.timeoutMs} ms)`;
      resolve({ ok: code === 0, output: output.trim() + killed });
    });
  });
}
