/**
 * The built service as a process of its own, with nothing but the environment that a deployment would give it: neither the
 * user's variables nor the user's `.env` file reach it.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface ServiceChild {
  readonly url: string;
  /** Resolves when the process is gone, with how it ended, in words. */
  readonly exited: Promise<string>;
  /** Asks it to end, and makes it after 10 s; may be called twice. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  /** Joined to PORT, HOST and PUBLIC_URL. */
  readonly variables: Readonly<Record<string, string>>;
  /** Takes each line that the service writes. */
  readonly show: (line: string) => void;
  /** Gives up waiting for the start. */
  readonly signal: AbortSignal;
  /** The program. Default: `main.js` of this build. */
  readonly program?: string;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

const READY_WITHIN_MS = 30_000;
const ASK_EVERY_MS = 50;
const STOP_WITHIN_MS = 10_000;
const BUILT_SERVICE = fileURLToPath(new URL('../../main.js', import.meta.url));

/** @throws Error when the service does not become ready; what it wrote has been shown by then. */
export async function startService(options: ServiceOptions): Promise<ServiceChild> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const folder = await mkdtemp(path.join(tmpdir(), 'cordboard-sandbox-'));
  // Started by root, the service runs its database as another user, who has to pass through here and may read nothing.
  await chmod(folder, 0o711);
  const child = spawn(process.execPath, [options.program ?? BUILT_SERVICE], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      HOST: '127.0.0.1',
      PUBLIC_URL: url,
      ...options.variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C goes to the whole group of a terminal; the service is to hear of it once, from here.
    detached: true,
  });
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', options.show);
  const killAtExit = (): void => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', killAtExit);
  const exited = untilGone(child).finally(async () => {
    process.off('exit', killAtExit);
    await rm(folder, { recursive: true, force: true });
  });
  const service = { url, exited, stop: () => stopChild(child, exited) };
  try {
    await untilReady(url, exited, options.signal);
    return service;
  } catch (error) {
    await service.stop();
    throw error;
  }
}

/** Free a moment ago; PUBLIC_URL has to be known before the service listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port is free');
  return address.port;
}

function untilGone(child: Child): Promise<string> {
  return new Promise((resolve) => {
    // `close` comes when the output has been read as well.
    child.once('close', (code, signal) =>
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`),
    );
    child.once('error', (error) => resolve(error.message));
  });
}

async function untilReady(url: string, exited: Promise<string>, signal: AbortSignal): Promise<void> {
  const end: { how?: string } = {};
  void exited.then((how) => (end.how = how));
  const until = performance.now() + READY_WITHIN_MS;
  while (performance.now() < until) {
    signal.throwIfAborted();
    if (end.how !== undefined) throw new Error(`The service did not start: ${end.how}.`);
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await delay(ASK_EVERY_MS);
  }
  throw new Error(`The service was not ready after ${READY_WITHIN_MS / 1000} s.`);
}

async function stopChild(child: Child, exited: Promise<string>): Promise<void> {
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await exited;
  clearTimeout(killer);
}
