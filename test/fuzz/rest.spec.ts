/** Hostile bodies, queries, paths and encodings at the REST API: each is answered by name, and none does anything. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { Pool } from 'undici';
import { ERRORS } from '../../src/core/errors.js';
import { API_KEY } from '../support/whole-system.js';
import { BesiegedSystem } from './besieged-system.js';
import { asHostileJson, assail, deep, INPUTS, LIMIT_MS, nastyText, nastyValue, spoilt } from './hostile.js';
import { expectUnharmed } from './unharmed.js';
import type { Witness } from './witness.js';

const AT_ONCE = 40;
const GOOD = {
  // Never dialled, whatever else is in the body.
  to: '+19005550123',
  from: '+14155550100',
  agentId: 'agent_1',
  variables: { name: 'John', age: 7, vip: true },
  overrides: { firstMessage: 'Hi', prompt: 'Be kind', language: 'en', voiceId: 'voice_1' },
  metadata: { order: '4711' },
  ringTimeoutSeconds: 30,
  maxDurationSeconds: 60,
  record: true,
  webhookUrl: 'https://app.example.com/hooks',
  machineDetection: 'off',
};
const QUERIES = [
  'status',
  'to',
  'agentId',
  'campaignId',
  'createdFrom',
  'createdTo',
  'limit',
  'cursor',
  'from',
  'lastEventId',
];

interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

describe('the REST API under attack', () => {
  let besieged: BesiegedSystem;
  let witness: Witness;
  let pool: Pool;
  beforeAll(async () => {
    besieged = await BesiegedSystem.start();
    witness = await besieged.witness();
    pool = new Pool(besieged.system.url, { connections: AT_ONCE, pipelining: 1 });
  });
  afterAll(async () => {
    await pool.close();
    await besieged.stop();
  });

  async function send({ method, path, body, headers }: Request): Promise<{ status: number; text: string }> {
    const answer = await pool.request({
      method,
      path,
      body: body ?? null,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  /** Answered by name: a status below 500, and a problem of the catalogue unless it was well. */
  async function survives(request: Request): Promise<void> {
    const { status, text } = await send(request);
    if (status < 400) return;
    const { code } = JSON.parse(text) as { code: keyof typeof ERRORS };
    if (status < 500 && ERRORS[code]?.status === status) return;
    throw new Error(
      `${status} ${code} to ${request.method} ${request.path.slice(0, 300)} ${excerpt(request.body)}`,
    );
  }
  const all = async (requests: readonly Request[]): Promise<void> => {
    await Promise.all(requests.map((request) => survives(request)));
  };

  it(
    'names the fault of every body of a call, and places none',
    () =>
      assail(INPUTS.rest / 2, AT_ONCE, asHostileJson(fc.oneof(spoilt(GOOD), nastyValue)), (bodies) =>
        all(bodies.map((body) => ({ method: 'POST', path: '/calls', body }))),
      ),
    LIMIT_MS,
  );

  it(
    'takes any bytes for a body',
    () =>
      assail(
        INPUTS.rest / 6,
        AT_ONCE,
        fc.record({
          body: fc.oneof(
            fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
            asHostileJson(nastyValue),
          ),
          type: fc.constantFrom(
            'application/json',
            'application/json; charset=utf-16',
            'application/json; charset=x',
            'text/plain',
            'application/x-www-form-urlencoded',
            'multipart/form-data; boundary=x',
            'application/json;',
          ),
          path: fc.constantFrom(
            '/calls',
            '/erasures',
            '/elevenlabs/webhook',
            '/twiml',
            '/calls/x/hangup',
            '/usage',
          ),
          encoding: fc.constantFrom('identity', 'gzip', 'deflate', 'br', 'x', 'gzip, gzip'),
        }),
        (requests) =>
          all(
            requests.map(({ body, type, path, encoding }) => ({
              method: 'POST',
              path,
              body,
              headers: { 'content-type': type, 'content-encoding': encoding },
            })),
          ),
      ),
    LIMIT_MS,
  );

  it(
    'takes any query and any id',
    () =>
      assail(
        INPUTS.rest / 3,
        AT_ONCE,
        fc.record({
          path: fc.oneof(
            fc.constantFrom('/calls', '/events', '/usage', '/tools'),
            fc
              .tuple(nastyText, fc.constantFrom('', '/events', '/transcript', '/recording', '/webhooks'))
              .map(([id, rest]) => `/calls/${escaped(id)}${rest}`),
            nastyText.map((id) => `/calls/call_${escaped(id)}/events`),
          ),
          query: fc.array(fc.tuple(fc.oneof(fc.constantFrom(...QUERIES), nastyText), nastyText), {
            maxLength: 4,
          }),
        }),
        (requests) =>
          all(
            requests.map(({ path, query }) => ({
              method: 'GET',
              path: `${path}?${query.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('&')}`.slice(
                0,
                12_000,
              ),
              headers: { accept: 'application/json' },
            })),
          ),
      ),
    LIMIT_MS,
  );

  it.each([
    ['gzip', gzipSync(Buffer.alloc(100_000_000, ' '))],
    ['br', brotliCompressSync(Buffer.alloc(100_000_000, ' '))],
    ['gzip', gzipSync(`{"to":"${'x'.repeat(20_000_000)}"}`)],
  ])('reads no more of a body in %s than it would of a plain one', async (encoding, body) => {
    expect(body.length).toBeLessThan(200_000);
    const before = process.memoryUsage().arrayBuffers;
    const headers = { 'content-encoding': encoding };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send({ method: 'POST', path: '/calls', body, headers })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([413]));
    // Twenty times a hundred megabytes were announced.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200_000_000);
  });

  it('answers a body that is nested as deep as it may be long', async () => {
    expect(deep(43_000).length).toBeLessThan(262_144);
    await survives({ method: 'POST', path: '/calls', body: deep(43_000) });
    await survives({ method: 'POST', path: '/calls', body: `${'['.repeat(130_000)}${']'.repeat(130_000)}` });
  });

  it('has harmed nobody', () => expectUnharmed(besieged, witness, 1));
});

function excerpt(body: Buffer | string = ''): string {
  return body.toString('utf8').slice(0, 500);
}

/** Percent-encoded; half a character cannot be, and goes as the bytes that a broken client would send. */
function escaped(text: string): string {
  return Array.from(text)
    .map((one) => (/[\ud800-\udfff]/.test(one) && one.length === 1 ? '%ED%A0%80' : encodeURIComponent(one)))
    .join('');
}
