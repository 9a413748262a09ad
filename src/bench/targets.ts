/**
 * What is measured: the built service, whole, and what it is compared with.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Account } from './caller-lines.js';
import { Child } from './child.js';
import { portOf } from './listening.js';

export interface Running {
  /** The process that is measured; undefined where there is none. */
  readonly pid: number | undefined;
  readonly url: string;
  readonly isService: boolean;
  /** Processes that work for it, their children included. */
  helpers(): readonly number[];
  stop(): Promise<void>;
}

export interface Target {
  readonly name: string;
  readonly about: string;
  start(agentPort: number): Promise<Running>;
}

export const ACCOUNT: Account = { sid: `AC${'0'.repeat(31)}1`, token: 'a-token-of-the-benchmark' };

/** @param record whether each call is recorded as well. */
function service(record: boolean): Target {
  return {
    name: record ? 'cordboard, recording' : 'cordboard',
    about: `the built service with signatures, store, timeline, ledger and metrics${record ? ', every call recorded' : ''}`,
    start: async (agentPort) => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const dataDir = await mkdtemp(path.join(tmpdir(), 'cordboard-bench-'));
      // The embedded Postgres is run by an account of its own when this one is root.
      await chmod(dataDir, 0o755);
      const main = fileURLToPath(new URL('../main.js', import.meta.url));
      const child = Child.spawn(process.execPath, [main], port, {
        PATH: process.env['PATH'],
        ...environment(url, port, agentPort, dataDir, record),
      });
      await untilReady(url, child);
      return {
        pid: child.pid,
        url,
        isService: true,
        helpers: () => postmasterOf(dataDir),
        stop: async () => {
          await child.stop();
          await rm(dataDir, { recursive: true, force: true });
        },
      };
    },
  };
}

function environment(
  url: string,
  port: number,
  agentPort: number,
  dataDir: string,
  record: boolean,
): NodeJS.ProcessEnv {
  return {
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: url,
    API_KEYS: 'a-key-of-the-benchmark-0123456789',
    TWILIO_ACCOUNT_SID: ACCOUNT.sid,
    TWILIO_AUTH_TOKEN: ACCOUNT.token,
    // Nobody is there: a line that is hung up by REST has been closed by its caller already.
    TWILIO_API_URL: 'http://127.0.0.1:9',
    ELEVENLABS_API_KEY: 'a-key-of-the-benchmark',
    ELEVENLABS_AGENT_ID: 'agent_of_the_benchmark',
    ELEVENLABS_API_URL: `http://127.0.0.1:${agentPort}`,
    MAX_CONCURRENT_CALLS: '10000',
    DRAIN_TIMEOUT_SECONDS: '0',
    LOG_LEVEL: 'fatal',
    DATA_DIR: dataDir,
    RECORD_CALLS: String(record),
  };
}

const NAIVE: Target = {
  name: 'naive ws relay',
  about: 'ws on both sides, JSON.parse and JSON.stringify of each message, and nothing else',
  start: async (agentPort) =>
    relay(await Child.fork('./naive-relay.js', [`ws://127.0.0.1:${agentPort}/talk`])),
};

/** What is in every figure of the others, and none of theirs. */
const NOTHING: Target = {
  name: 'no relay',
  about: 'callers connected straight to agents: the lateness of the load itself',
  start: (agentPort) =>
    Promise.resolve({
      pid: undefined,
      url: `http://127.0.0.1:${agentPort}/talk`,
      isService: false,
      helpers: () => [],
      stop: () => Promise.resolve(),
    }),
};

const PIPE: Target = {
  name: 'byte pipe',
  about: 'a pipe between two sockets in Node that understands nothing: the floor of Node',
  start: async (agentPort) => relay(await Child.fork('./byte-pipe.js', [String(agentPort)])),
};

const NGINX: Target = {
  name: 'nginx stream',
  about: 'nginx as a proxy of bytes: the floor of the machine',
  start: async (agentPort) => {
    const port = await freePort();
    const folder = await mkdtemp(path.join(tmpdir(), 'cordboard-bench-nginx-'));
    const config = path.join(folder, 'nginx.conf');
    await writeFile(
      config,
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr crit; include /etc/nginx/modules-enabled/*-stream.conf;\n` +
        `events { worker_connections 16384; }\nstream { server { listen 127.0.0.1:${port}; proxy_pass 127.0.0.1:${agentPort}; tcp_nodelay on; } }\n`,
    );
    const child = Child.spawn('nginx', ['-c', config], port, process.env);
    await untilListening(port);
    const running = relay(child);
    return {
      ...running,
      stop: async () => {
        await child.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
};

export function targets(): readonly Target[] {
  const hasNginx = spawnSync('nginx', ['-v']).status === 0;
  return [service(false), service(true), NAIVE, PIPE, NOTHING, ...(hasNginx ? [NGINX] : [])];
}

function relay(child: Child): Running {
  return {
    pid: child.pid,
    url: `http://127.0.0.1:${child.port}`,
    isService: false,
    helpers: () => [],
    stop: () => child.stop(),
  };
}

/** The embedded Postgres is no child of the service: it outlives it. */
function postmasterOf(dataDir: string): readonly number[] {
  const [pid] = readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  return [Number(pid)];
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilReady(url: string, child: Child): Promise<void> {
  const until = performance.now() + 30_000;
  for (;;) {
    const status = await fetch(`${url}/health/ready`).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) return;
    if (child.process.exitCode !== null || performance.now() > until)
      throw new Error('the service did not start');
    await new Promise((resolve) => void setTimeout(resolve, 50));
  }
}

async function untilListening(port: number): Promise<void> {
  const until = performance.now() + 5000;
  for (;;) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isUp) return;
    if (performance.now() > until) throw new Error('nginx did not start');
    await new Promise((resolve) => void setTimeout(resolve, 50));
  }
}
