/**
 * What is measured: the built service, whole, and what it is compared with.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Child } from './child.js';
import { freePort } from './listening.js';
import { SERVICE_TARGETS } from './service-target.js';
import type { Running, Target } from './target.js';

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
      loopP99Ms: () => Promise.resolve(undefined),
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
      `daemon off; master_process off; worker_processes 1; pid ${folder}/pid; error_log stderr crit; include /etc/nginx/modules-enabled/*-stream.conf;\n` +
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
  return [...SERVICE_TARGETS, NAIVE, PIPE, NOTHING, ...(hasNginx ? [NGINX] : [])];
}

function relay(child: Child): Running {
  return {
    pid: child.pid,
    url: `http://127.0.0.1:${child.port}`,
    isService: false,
    helpers: () => [],
    loopP99Ms: () => Promise.resolve(undefined),
    stop: () => child.stop(),
  };
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
