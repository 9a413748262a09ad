/**
 * The real application between both simulators, on free ports of this machine, torn down by one call.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApp } from '../../src/app.js';
import type { AgentScript } from '../../src/simulators/elevenlabs/agent-script.js';
import { ElevenLabsSimulator } from '../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import type { Observation } from '../../src/simulators/observation.js';
import type { SimulatorOptions } from '../../src/simulators/elevenlabs/simulator-settings.js';
import type { CallerScript } from '../../src/simulators/twilio/caller-script.js';
import type { SimulatedCall } from '../../src/simulators/twilio/simulated-call.js';
import { TwilioSimulator } from '../../src/simulators/twilio/twilio-simulator.js';
import { emptyDatabaseUrl } from './test-database.js';

export const API_KEY = 'a-key-of-the-tests-0123456789';
export const AGENT_ID = 'agent_of_the_tests';

export interface SystemOptions {
  readonly caller?: CallerScript | ((call: { to: string; from: string }) => CallerScript);
  readonly agent?: AgentScript;
  readonly agents?: Readonly<Record<string, AgentScript>>;
  readonly agentOptions?: Partial<SimulatorOptions>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly modules?: NonNullable<DynamicModule['imports']>;
}

/** The JSON of a call, loosely. */
export interface CallJson {
  readonly id: string;
  readonly status: string;
  readonly endReason: string | null;
  readonly failure: { readonly code: string; readonly detail: string } | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface Answered<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export class WholeSystem {
  private constructor(
    readonly app: NestExpressApplication,
    readonly url: string,
    readonly twilio: TwilioSimulator,
    readonly elevenlabs: ElevenLabsSimulator,
    /** What both simulators saw, in order. */
    readonly observations: readonly Observation[],
    readonly dataDir: string,
  ) {}

  static async start(options: SystemOptions = {}): Promise<WholeSystem> {
    const { caller, agent, agents } = options;
    const observations: Observation[] = [];
    const observe = (observation: Observation): void => void observations.push(observation);
    const twilio = await TwilioSimulator.start({ observe, ...(caller ? { script: caller } : {}) });
    const elevenlabs = await ElevenLabsSimulator.start({
      observe,
      ...(agents ? { agents } : {}),
      ...(agent ? { script: agent } : {}),
      ...options.agentOptions,
    });
    const port = await freePort();
    const dataDir = await mkdtemp(path.join(tmpdir(), 'cordboard-system-'));
    const store = { DATABASE_URL: await emptyDatabaseUrl(), DATA_DIR: dataDir };
    const app = await createApp({
      variables: { ...environmentOf(port, twilio, elevenlabs), ...store, ...options.variables },
      ...(options.modules ? { modules: options.modules } : {}),
    });
    await app.listen(port, '127.0.0.1');
    return new WholeSystem(app, `http://127.0.0.1:${port}`, twilio, elevenlabs, observations, dataDir);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.twilio.stop();
    await this.elevenlabs.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async request<Body = CallJson>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered<Body>> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
  }

  /** Places a call and hands out both its sides. */
  async place(
    body: Readonly<Record<string, unknown>> = {},
  ): Promise<{ record: CallJson; line: SimulatedCall }> {
    const { status, body: record } = await this.request('POST', '/calls', { to: '+14155550123', ...body });
    if (status !== 201) throw new Error(`POST /calls answered ${status}: ${JSON.stringify(record)}`);
    const line = this.twilio.find(String(record['twilioCallSid']));
    if (!line) throw new Error('the simulator knows no such call');
    return { record, line };
  }

  async callRecord(id: string): Promise<CallJson> {
    return (await this.request('GET', `/calls/${id}`)).body;
  }
}

export function environmentOf(
  port: number,
  twilio: TwilioSimulator,
  elevenlabs: ElevenLabsSimulator,
): Record<string, string> {
  return {
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    API_KEYS: API_KEY,
    TWILIO_ACCOUNT_SID: twilio.accountSid,
    TWILIO_AUTH_TOKEN: twilio.authToken,
    TWILIO_PHONE_NUMBER: '+14155550100',
    TWILIO_API_URL: twilio.url,
    TWILIO_CALLS_PER_SECOND: '500',
    ELEVENLABS_API_KEY: elevenlabs.apiKey,
    ELEVENLABS_AGENT_ID: AGENT_ID,
    ELEVENLABS_API_URL: elevenlabs.url,
    LOG_LEVEL: 'silent',
    // The simulators and the tests share the loop with the service.
    MAX_LOOP_BUSY_PERCENT: '100',
    DRAIN_TIMEOUT_SECONDS: '0',
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Asks again until it holds, because a record is written a moment after the line went. */
export async function eventually<Value>(
  read: () => Promise<Value>,
  holds: (value: Value) => boolean,
  limitMs = 10_000,
): Promise<Value> {
  const until = Date.now() + limitMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > until) throw new Error(`it never came about; last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const FINAL_STATUSES = ['completed', 'busy', 'no-answer', 'failed', 'canceled'];

export function isOver(record: CallJson): boolean {
  return FINAL_STATUSES.includes(record.status);
}
