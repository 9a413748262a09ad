/** `kill -9` in the middle of fifty calls: after the restart nothing that happened is missing, and every call ends. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ElevenLabsSimulator } from '../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import { TwilioSimulator } from '../../src/simulators/twilio/twilio-simulator.js';
import { readWav } from '../../src/simulators/sound/wav.js';
import { runBuiltService, type RunningService } from '../support/service-child.js';
import { emptyDatabaseUrl } from '../support/test-database.js';
import {
  API_KEY,
  environmentOf,
  eventually,
  freePort,
  isOver,
  type CallJson,
} from '../support/whole-system.js';

const CALLS = 50;
/** The agent says something every half second or so. */
const TURNS = 40;
/** What was on its way to the disk. */
const LOST_AT_MOST_MS = 1500;
const LOST_SOUND_AT_MOST_SECONDS = 2.5;

interface EventJson {
  readonly seq: number;
  readonly type: string;
  readonly at: string;
}

describe.each(['embedded', 'server'] as const)('a service on %s Postgres that is killed', (kind) => {
  let twilio: TwilioSimulator;
  let elevenlabs: ElevenLabsSimulator;
  let service: RunningService;
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'cordboard-killed-'));
    twilio = await TwilioSimulator.start({
      script: { answer: { kind: 'answers', afterMs: 100 }, steps: [{ step: 'waits', ms: 60_000 }] },
    });
    elevenlabs = await ElevenLabsSimulator.start({
      script: {
        firstMessage: 'Hi, {{name}}.',
        steps: Array.from({ length: TURNS }, () => [
          { step: 'stalls' as const, ms: 500 },
          { step: 'speaks' as const, text: 'Yes.' },
        ]).flat(),
      },
    });
  });

  afterAll(async () => {
    await service.stop();
    await twilio.stop();
    await elevenlabs.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const request = async <Body>(method: string, address: string, body?: unknown): Promise<Body> => {
    const response = await fetch(`${service.url}${address}`, {
      method,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Body;
  };

  it('has every call afterwards, with variables, timeline and recording, and ends each', async () => {
    const port = await freePort();
    const variables = {
      ...environmentOf(port, twilio, elevenlabs),
      DATA_DIR: dataDir,
      ...(kind === 'server' ? { DATABASE_URL: await emptyDatabaseUrl() } : {}),
      LOG_LEVEL: 'error',
    };
    service = await runBuiltService(variables);
    const placed = await Promise.all(
      Array.from({ length: CALLS }, (_, at) =>
        request<CallJson>('POST', '/calls', {
          to: `+1415555${1000 + at}`,
          variables: { name: `caller ${at}`, at },
          record: true,
        }),
      ),
    );
    await eventually(
      () => Promise.resolve(elevenlabs.conversations.filter(({ turns }) => turns.length > 6).length),
      (talking) => talking === CALLS,
      30_000,
    );

    service.child.kill('SIGKILL');
    const killedAt = Date.now();
    const talkedMs = elevenlabs.conversations.map(({ openedAt }) => killedAt - openedAt);
    service = await runBuiltService(variables);

    for (const [at, { id }] of placed.entries()) {
      const call = await eventually(() => request<CallJson>('GET', `/calls/${id}`), isOver, 30_000);
      expect(call).toMatchObject({
        variables: { name: `caller ${at}`, at },
        endReason: 'service-failed',
        failure: { code: 'service-lost' },
      });
      const { data } = await request<{ data: EventJson[] }>('GET', `/calls/${id}/events?limit=100`);
      expect(data.map(({ seq }) => seq)).toEqual(data.map((_, place) => place + 1));
      expect(data.at(-1)?.type).toBe('call.ended');
      const lastWords = data.findLast(({ type }) => type === 'turn.agent');
      expect(killedAt - Date.parse(lastWords?.at ?? '')).toBeLessThan(LOST_AT_MOST_MS);

      const sound = await fetch(`${service.url}/calls/${id}/recording`, {
        headers: { authorization: `Bearer ${API_KEY}` },
      });
      expect(sound.status).toBe(200);
      const [caller] = readWav(Buffer.from(await sound.arrayBuffer())).channels;
      const heardSeconds = (caller?.length ?? 0) / 8000;
      expect(heardSeconds).toBeGreaterThan(Math.min(...talkedMs) / 1000 - LOST_SOUND_AT_MOST_SECONDS);
    }
  }, 120_000);
});
