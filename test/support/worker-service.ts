/**
 * The built service with several workers, and what a test has to know of them: who has which number, and who did what.
 */
import { request } from 'node:http';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/persistence/embedded/embedded-postgres.js';
import { runBuiltService, type RunningService } from './service-child.js';
import { API_KEY, eventually, type CallJson } from './whole-system.js';

interface LogLine {
  readonly worker?: number;
  readonly msg: string;
  readonly pid?: number;
  readonly callId?: string;
  readonly req?: { readonly method: string; readonly path: string };
  readonly res?: { readonly status: number };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export class WorkerService {
  private constructor(
    readonly service: RunningService,
    private readonly variables: Readonly<Record<string, string>>,
  ) {}

  /** Resolves when every worker listens. */
  static async start(variables: Readonly<Record<string, string>>): Promise<WorkerService> {
    const service = await runBuiltService({ ...variables, LOG_LEVEL: 'info' });
    const started = new WorkerService(service, variables);
    await started.listening(Number(variables['WORKERS']));
    return started;
  }

  lines(): readonly LogLine[] {
    return this.service
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Until workers have begun to listen so many times, those that were started again included. */
  async listening(times: number): Promise<void> {
    await eventually(
      () => Promise.resolve(this.lines().filter(({ msg }) => msg === 'listening').length),
      (count) => count >= times,
      30_000,
    );
  }

  /** The process of each worker by its number, the last that had it. */
  pids(): ReadonlyMap<number, number> {
    return new Map(
      this.lines().flatMap(({ msg, worker, pid }) =>
        msg === 'listening' && worker !== undefined && pid !== undefined ? [[worker, pid]] : [],
      ),
    );
  }

  /** Over a connection of its own, so that workers take turns. */
  ask(method: string, path: string, body?: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request(
        `${this.service.url}${path}`,
        {
          method,
          agent: false,
          headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => void chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
          );
          response.on('error', reject);
        },
      );
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async json<Body = CallJson>(method: string, path: string, body?: unknown): Promise<Body> {
    return JSON.parse((await this.ask(method, path, body)).text) as Body;
  }

  async place(to: string, fields: Readonly<Record<string, unknown>> = {}): Promise<CallJson> {
    const { status, text } = await this.ask('POST', '/calls', { to, ...fields });
    if (status !== 201) throw new Error(`POST /calls answered ${status}: ${text}`);
    return JSON.parse(text) as CallJson;
  }

  /** A line of `/metrics`, asked of whichever worker. */
  async metric(name: string): Promise<number> {
    const { text } = await this.ask('GET', '/metrics');
    const line = text.split('\n').find((one) => one.startsWith(`cordboard_${name} `));
    return line === undefined ? NaN : Number(line.split(' ').at(-1));
  }

  /** The process that took the request for the call. */
  takerOf(id: string): number | undefined {
    const { worker } = this.lines().find(({ msg, callId }) => msg === 'call started' && callId === id) ?? {};
    return worker === undefined ? undefined : this.pids().get(worker);
  }

  /** The process of each worker that has the media of the call, by the ids of calls. */
  async carriers(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.query<{ id: string; pid: number }>(
      'select c.id, r.pid from calls c join replicas r on r.id = c.owner where c.stream_sid is not null',
    );
    return new Map(rows.map(({ id, pid }) => [id, pid]));
  }

  private async query<Row>(text: string): Promise<readonly Row[]> {
    const { DATABASE_URL, DATA_DIR = '' } = this.variables;
    // Joins the server that the service has started, and leaves it again.
    const embedded =
      DATABASE_URL === undefined ? await startEmbeddedPostgres({ dataDir: DATA_DIR }) : undefined;
    const client = new Client({ connectionString: DATABASE_URL ?? embedded?.url });
    try {
      await client.connect();
      return (await client.query(text)).rows as Row[];
    } finally {
      await client.end();
      await embedded?.stop();
    }
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
