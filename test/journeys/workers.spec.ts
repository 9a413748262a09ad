/** One port, one store, two workers: calls on both, one of them killed in the middle, and a stop that waits for all. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CallerScript, CallerStep } from '../../src/simulators/twilio/caller-script.js';
import { ElevenLabsSimulator } from '../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import { TwilioSimulator } from '../../src/simulators/twilio/twilio-simulator.js';
import { WorkerService, isRunning } from '../support/worker-service.js';
import { environmentOf, eventually, freePort, isOver, type CallJson } from '../support/whole-system.js';

const ROUND = 6;
const MOST_ROUNDS = 10;
/** What the callers do, by the beginning of their number. */
const CALLERS: Readonly<Record<string, readonly CallerStep[]>> = {
  '+1415555': [{ step: 'hears-agent-out' }, { step: 'hangs-up' }],
  '+1415556': [{ step: 'waits', ms: 120_000 }],
  '+1415557': [{ step: 'hears-agent-out' }, { step: 'waits', ms: 1500 }, { step: 'hangs-up' }],
};
const SHORT = '+1415555';
const LONG = '+1415556';
const LAST = '+1415557';

describe('a service with two workers', () => {
  let twilio: TwilioSimulator;
  let elevenlabs: ElevenLabsSimulator;
  let dataDir: string;
  let workers: WorkerService;
  let placed = 0;
  let counted = 0;
  let long: readonly CallJson[] = [];

  const place = (prefix: string, fields: Readonly<Record<string, unknown>> = {}): Promise<CallJson> => {
    placed += 1;
    return workers.place(`${prefix}${1000 + placed}`, { variables: { name: `caller ${placed}` }, ...fields });
  };
  const round = (prefix: string, fields?: Readonly<Record<string, unknown>>): Promise<CallJson[]> =>
    Promise.all(Array.from({ length: ROUND }, () => place(prefix, fields)));
  const over = (id: string): Promise<CallJson> =>
    eventually(() => workers.json('GET', `/calls/${id}`), isOver, 20_000);
  const talking = (calls: readonly CallJson[]): Promise<unknown> =>
    eventually(
      () => Promise.all(calls.map(({ id }) => workers.json('GET', `/calls/${id}`))),
      (records) =>
        records.every(({ status, timings }) => {
          const { answerToFirstAudioMs } = timings as { readonly answerToFirstAudioMs: number | null };
          return status === 'in-progress' && answerToFirstAudioMs !== null;
        }),
      20_000,
    );

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'cordboard-workers-'));
    twilio = await TwilioSimulator.start({
      script: ({ to }): CallerScript => ({
        answer: { kind: 'answers', afterMs: 100 },
        steps: CALLERS[to.slice(0, SHORT.length)] ?? [],
      }),
    });
    elevenlabs = await ElevenLabsSimulator.start({ script: { firstMessage: 'Hi, {{name}}.', steps: [] } });
    workers = await WorkerService.start({
      ...environmentOf(await freePort(), twilio, elevenlabs),
      DATA_DIR: dataDir,
      WORKERS: '2',
      DRAIN_TIMEOUT_SECONDS: '30',
      // Signs of life come every two minutes, so what is found out sooner was told by the parent.
      REPLICA_TIMEOUT_SECONDS: '600',
    });
  });

  afterAll(async () => {
    await workers.service.stop();
    await twilio.stop();
    await elevenlabs.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('carries calls on both, whichever of them took the request', async () => {
    const calls: CallJson[] = [];
    const carriers = new Set<number>();
    const taken = new Set<string>();
    for (let rounds = 0; rounds < MOST_ROUNDS && (carriers.size < 2 || taken.size < 2); rounds += 1) {
      const some = await round(SHORT);
      calls.push(...some);
      for (const { id } of some)
        expect(await over(id)).toMatchObject({ status: 'completed', endReason: 'caller-hung-up' });
      for (const [id, pid] of await workers.carriers()) {
        carriers.add(pid);
        taken.add(workers.takerOf(id) === pid ? 'here' : 'there');
      }
    }
    expect(carriers).toEqual(new Set(workers.pids().values()));
    expect(taken).toEqual(new Set(['here', 'there']));
    const greeted = new Set(elevenlabs.conversations.map(({ turns }) => turns[0]?.text));
    expect(greeted).toEqual(new Set(calls.map(({ variables }) => `Hi, ${String(variables['name'])}.`)));
    expect(elevenlabs.conversations).toHaveLength(calls.length);
  });

  it('shows metrics of both, whichever of them is asked', async () => {
    for (let asked = 0; asked < 4; asked += 1) {
      expect(await workers.metric('calls_started_total{direction="outbound"}')).toBe(placed);
      expect(await workers.metric('workers_alive')).toBe(2);
    }
    // The one that took a request hears of its end from the one that carried it.
    await eventually(
      () => workers.metric('calls_live'),
      (live) => live === 0,
    );
  });

  it('harms no call of one worker when the other is killed, and ends those of the other', async () => {
    let carriers: ReadonlyMap<string, number> = new Map();
    const spread = (): Set<number | undefined> => new Set(long.map(({ id }) => carriers.get(id)));
    for (let rounds = 0; rounds < MOST_ROUNDS && spread().size < 2; rounds += 1) {
      long = [...long, ...(await round(LONG, { record: true }))];
      await talking(long);
      carriers = await workers.carriers();
    }
    counted = await workers.metric('calls_started_total{direction="outbound"}');
    expect(counted).toBe(placed);
    const victim = carriers.get(long[0]?.id ?? '') ?? 0;
    const lost = long.filter(({ id }) => carriers.get(id) === victim);
    const others = long.filter(({ id }) => carriers.get(id) !== victim);
    expect(others).not.toHaveLength(0);
    process.kill(victim, 'SIGKILL');

    for (const { id } of lost) {
      // Twilio, whose media broke off, may be faster to tell than the parent.
      const { endReason, failure } = await over(id);
      expect(['service-failed service-lost', 'stream-failed stream-lost']).toContain(
        `${endReason} ${failure?.code}`,
      );
    }
    for (const { id, ...rest } of others) {
      const line = twilio.find(String(rest['twilioCallSid']));
      const played = line?.received.length ?? 0;
      expect(played).toBeGreaterThan(0);
      expect(line?.isEnded).toBe(false);
      expect(await workers.json('GET', `/calls/${id}`)).toMatchObject({
        status: 'in-progress',
        endReason: null,
      });
    }
    long = others;
    // What was recorded there lies where any worker finds it.
    for (let asked = 0; asked < 4; asked += 1) {
      const { status, text } = await workers.ask('GET', `/calls/${lost[0]?.id}/recording`);
      expect([status, text.slice(0, 4)]).toEqual([200, 'RIFF']);
    }
  });

  it('starts another worker in place of the killed one, and goes on counting where that had left off', async () => {
    await workers.listening(3);
    await eventually(
      () => workers.metric('workers_alive'),
      (alive) => alive === 2,
    );
    expect(await workers.metric('worker_restarts_total')).toBe(1);
    const some = await round(SHORT);
    for (const { id } of some) expect(await over(id)).toMatchObject({ endReason: 'caller-hung-up' });
    // What it had counted since it was asked last went with it, and nothing before.
    expect(await workers.metric('calls_started_total{direction="outbound"}')).toBeGreaterThanOrEqual(counted);
  });

  it('ends a call whose end is asked of any of them, and deletes a recording that another one writes', async () => {
    const [first] = long;
    for (const { id } of long) {
      const { status } = await workers.ask('DELETE', `/calls/${id}/recording`);
      expect(status).toBe(204);
    }
    for (const { id } of long) {
      await workers.ask('POST', `/calls/${id}/hangup`);
      expect(await over(id)).toMatchObject({ endReason: 'hung-up-by-api', recording: { status: 'deleted' } });
    }
    const { status } = await workers.ask('GET', `/calls/${first?.id}/recording`);
    expect(status).toBe(404);
  });

  it('drains on all workers when the whole group is told to stop, and leaves no process behind', async () => {
    const last = await round(LAST);
    await talking(last);
    const pids = [...workers.pids().values()];
    const ended = workers.service.stop();
    // As a terminal and some supervisors do it, and one of them twice.
    for (const pid of pids) process.kill(pid, 'SIGTERM');
    workers.service.child.kill('SIGTERM');
    expect(await ended).toBe('0');
    for (const { twilioCallSid } of last) {
      const line = twilio.find(String(twilioCallSid));
      expect(line?.endedBecause).toMatch(/caller|hung/);
    }
    expect(pids.filter((pid) => isRunning(pid))).toEqual([]);
    expect(existsSync(path.join(dataDir, 'postgres', 'PG_VERSION'))).toBe(true);
    expect(existsSync(path.join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
  }, 60_000);
});
