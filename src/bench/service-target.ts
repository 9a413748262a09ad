/**
 * The built service, whole, as a process of its own that is measured.
 */
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Account } from './caller-lines.js';
import { Child } from './child.js';
import { freePort } from './listening.js';
import type { Target } from './target.js';

export const ACCOUNT: Account = { sid: `AC${'0'.repeat(31)}1`, token: 'a-token-of-the-benchmark' };

export const API_KEY = 'a-key-of-the-benchmark-0123456789';

/** From its metrics, which begin anew each time they are read. */
async function loopP99MsOf(url: string): Promise<number | undefined> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${API_KEY}` } });
  const seconds = /^cordboard_nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(await answer.text())?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** What is measured beside its plain form. */
export interface Variant {
  readonly name: string;
  readonly about: string;
  readonly variables: Readonly<Record<string, string>>;
}

const PLAIN: Variant = {
  name: 'cordboard',
  about: 'the built service with signatures, store, timeline, ledger and metrics',
  variables: {},
};

export const SERVICE_TARGETS: readonly Target[] = [
  PLAIN,
  {
    name: 'cordboard, recording',
    about: 'the same, every call recorded',
    variables: { RECORD_CALLS: 'true' },
  },
  {
    name: 'cordboard, ws',
    about: 'the same with `SOCKET_TRANSPORT=ws`',
    variables: { SOCKET_TRANSPORT: 'ws' },
  },
].map((variant) => serviceTarget(variant));

export function serviceTarget({ name, about, variables }: Variant): Target {
  return {
    name,
    about,
    start: async (agentPort) => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const dataDir = await mkdtemp(path.join(tmpdir(), 'cordboard-bench-'));
      // The embedded Postgres is run by an account of its own when this one is root.
      await chmod(dataDir, 0o755);
      const main = fileURLToPath(new URL('../main.js', import.meta.url));
      const child = Child.spawn(process.execPath, [main], port, {
        PATH: process.env['PATH'],
        ...environment(url, port, agentPort, dataDir),
        ...variables,
      });
      await untilReady(url, child);
      return {
        pid: child.pid,
        url,
        isService: true,
        helpers: () => postmasterOf(dataDir),
        loopP99Ms: () => loopP99MsOf(url),
        stop: async () => {
          await child.stop();
          await rm(dataDir, { recursive: true, force: true });
        },
      };
    },
  };
}

function environment(url: string, port: number, agentPort: number, dataDir: string): NodeJS.ProcessEnv {
  return {
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: url,
    API_KEYS: API_KEY,
    TWILIO_ACCOUNT_SID: ACCOUNT.sid,
    TWILIO_AUTH_TOKEN: ACCOUNT.token,
    // Nobody is there: a line that is hung up by REST has been closed by its caller already.
    TWILIO_API_URL: 'http://127.0.0.1:9',
    ELEVENLABS_API_KEY: 'a-key-of-the-benchmark',
    ELEVENLABS_AGENT_ID: 'agent_of_the_benchmark',
    ELEVENLABS_API_URL: `http://127.0.0.1:${agentPort}`,
    MAX_CONCURRENT_CALLS: '10000',
    MAX_LOOP_BUSY_PERCENT: '100',
    DRAIN_TIMEOUT_SECONDS: '0',
    LOG_LEVEL: 'fatal',
    DATA_DIR: dataDir,
  };
}

/** The embedded Postgres is no child of the service: it outlives it. None where the service has another one. */
export function postmasterOf(dataDir: string): readonly number[] {
  const file = path.join(dataDir, 'postgres', 'postmaster.pid');
  return existsSync(file) ? [Number(readFileSync(file, 'utf8').split('\n')[0])] : [];
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
