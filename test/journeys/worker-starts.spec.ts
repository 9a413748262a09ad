/** What becomes of a service with workers that cannot start, and of its workers when their parent is killed. */
import { spawnSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { ElevenLabsSimulator } from '../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import { TwilioSimulator } from '../../src/simulators/twilio/twilio-simulator.js';
import { emptyDatabaseUrl } from '../support/test-database.js';
import { WorkerService, isRunning } from '../support/worker-service.js';
import { environmentOf, eventually, freePort } from '../support/whole-system.js';

const COMPLETE = {
  PATH: process.env['PATH'],
  WORKERS: '2',
  HOST: '127.0.0.1',
  PUBLIC_URL: 'https://calls.example.com',
  API_KEYS: 'x'.repeat(24),
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token',
  ELEVENLABS_API_KEY: 'key',
  LOG_LEVEL: 'silent',
};

function start(variables: NodeJS.ProcessEnv): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/main.js'], {
    env: variables,
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status, said: `${stdout}${stderr}`.trim() };
}

describe('a service with workers that cannot start', () => {
  it('says once what is wrong with its environment, and ends with 1', () => {
    const { status, said } = start({ ...COMPLETE, ELEVENLABS_API_KEY: '' });
    expect(status).toBe(1);
    expect(said.match(/ELEVENLABS_API_KEY: /g)).toHaveLength(1);
  });

  it('says once that the store cannot be used', async () => {
    const url = new URL(await emptyDatabaseUrl());
    url.pathname = '/no_such_database';
    const { status, said } = start({ ...COMPLETE, DATABASE_URL: url.href });
    expect(status).toBe(1);
    expect(said.match(/The store cannot be used/g)).toHaveLength(1);
  });

  it('says once what its workers found, such as a port that is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const { status, said } = start({
      ...COMPLETE,
      PORT: String(port),
      DATABASE_URL: await emptyDatabaseUrl(),
    });
    taken.close();
    expect(status).toBe(1);
    expect(said.match(/EADDRINUSE/g)).toHaveLength(1);
  });
});

describe('workers whose parent is killed', () => {
  it('go on until their calls have ended, and end then', async () => {
    const twilio = await TwilioSimulator.start({
      script: {
        answer: { kind: 'answers', afterMs: 50 },
        steps: [{ step: 'hears-agent-out' }, { step: 'waits', ms: 2000 }, { step: 'hangs-up' }],
      },
    });
    const elevenlabs = await ElevenLabsSimulator.start({ script: { firstMessage: 'Hello.', steps: [] } });
    const variables = {
      ...environmentOf(await freePort(), twilio, elevenlabs),
      DATABASE_URL: await emptyDatabaseUrl(),
      WORKERS: '2',
      DRAIN_TIMEOUT_SECONDS: '30',
    };
    const workers = await WorkerService.start(variables);
    const call = await workers.place('+14155550123');
    const conversation = await elevenlabs.nextConversation();
    const carriers = await eventually(
      () => workers.carriers(),
      (known) => known.has(call.id),
    );
    workers.service.child.kill('SIGKILL');
    const pids = [...workers.pids().values()];
    await eventually(
      () => Promise.resolve(pids.filter((pid) => isRunning(pid))),
      (running) => running.length === 1,
    );
    expect(isRunning(carriers.get(call.id) ?? 0)).toBe(true);
    const line = twilio.find(String(call['twilioCallSid']));
    await line?.until((one) => one.isEnded);
    expect(line?.endedBecause).toMatch(/caller|hung/);
    expect(conversation.turns[0]).toMatchObject({ text: 'Hello.', interrupted: false });
    await eventually(
      () => Promise.resolve(pids.filter((pid) => isRunning(pid))),
      (running) => running.length === 0,
      20_000,
    );
    await twilio.stop();
    await elevenlabs.stop();
  });
});
