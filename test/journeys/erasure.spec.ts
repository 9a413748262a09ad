/** One person is taken out of everything: here, on the disk, and at both vendors. */
import { readdir } from 'node:fs/promises';
import { Client } from 'pg';
import type { CallerScript } from '../../src/simulators/twilio/caller-script.js';
import { Environment } from '../../src/config/environment.js';
import { API_KEY, eventually, isOver, WholeSystem, type CallJson } from '../support/whole-system.js';

const PERSON = '+14155557741';
const OTHER = '+14155557742';
const talks: CallerScript = {
  answer: { kind: 'answers', afterMs: 0 },
  steps: [{ step: 'presses', digits: '4711#' }, { step: 'hears-agent-out' }, { step: 'hangs-up' }],
};
const stays: CallerScript = {
  answer: { kind: 'answers', afterMs: 0 },
  steps: [{ step: 'waits', ms: 60_000 }],
};

interface ErasureJson {
  readonly erased: number;
  readonly live: readonly string[];
  readonly failed: readonly { readonly callId: string; readonly at: string }[];
  readonly complete: boolean;
}

describe('a person who wants to be forgotten', () => {
  let system: WholeSystem;
  let script: CallerScript = talks;
  beforeAll(async () => {
    system = await WholeSystem.start({
      caller: () => script,
      agent: {
        firstMessage: 'Hi, {{name}}, zqwords',
        steps: [
          { step: 'listens' },
          { step: 'calls-tool', name: 'check_inventory', parameters: { item: 'zqwords' } },
          { step: 'speaks', text: 'That was zqwords' },
        ],
      },
      variables: { RECORD_CALLS: 'true' },
    });
  });
  afterAll(() => system.stop());

  const erase = async (number: string): Promise<ErasureJson> => {
    const { status, body } = await system.request<ErasureJson>('POST', '/erasures', { number });
    expect(status).toBe(200);
    return body;
  };
  const ended = (id: string): Promise<CallJson> =>
    eventually(
      () => system.callRecord(id),
      (call) => isOver(call) && (call['recording'] as { status: string }).status === 'ready',
    );
  const called = async (to: string): Promise<CallJson> => {
    const { record } = await system.place({
      to,
      variables: { name: 'zqname' },
      metadata: { of: 'zqmeta' },
      overrides: { language: 'de' },
    });
    return ended(record.id);
  };
  /** Every row of every table, as text. */
  const everything = async (): Promise<string> => {
    const client = new Client({ connectionString: system.app.get(Environment).DATABASE_URL });
    await client.connect();
    try {
      const { rows: tables } = await client.query<{ name: string }>(
        `select table_name as name from information_schema.tables where table_schema = 'public'`,
      );
      const texts: string[] = [];
      for (const { name } of tables)
        texts.push(JSON.stringify((await client.query(`select * from "${name}"`)).rows));
      expect(texts.length).toBeGreaterThan(5);
      return texts.join('\n');
    } finally {
      await client.end();
    }
  };
  const files = async (): Promise<number> =>
    (await readdir(system.dataDir, { recursive: true })).filter((file) => file.endsWith('.wav')).length;

  it('leaves no number, no word and no sound behind, and takes nobody else along', async () => {
    const outbound = await called(PERSON);
    const line = system.twilio.placeInbound({
      voiceUrl: `${system.url}/twiml?name=zqname`,
      from: PERSON,
      to: '+14155550100',
      script: talks,
    });
    await line.settled();
    const list = await system.request<{ data: CallJson[] }>('GET', '/calls');
    const inbound = await ended(list.body.data.find((call) => call['twilioCallSid'] === line.sid)?.id ?? '');
    expect(await everything()).toMatch(/4155557741.*zqname|zqname.*4155557741/s);
    expect(await files()).toBe(2);

    expect(await erase(PERSON)).toEqual({ erased: 2, live: [], failed: [], complete: true });

    expect(await everything()).not.toMatch(/4155557741|zqname|zqwords|zqmeta|4711/);
    expect(await files()).toBe(0);
    for (const { id } of [outbound, inbound]) {
      const call = await system.callRecord(id);
      expect(call).toMatchObject({
        status: 'completed',
        variables: {},
        metadata: {},
        recording: { status: 'deleted' },
        erased: { transcript: true, person: true },
      });
      expect(new Set([call['to'], call['from']])).toEqual(new Set(['+14155550100', 'anonymous']));
      const conversation = `${system.elevenlabs.url}/v1/convai/conversations/${String(call['conversationId'])}`;
      const headers = { 'xi-api-key': system.elevenlabs.apiKey };
      expect((await fetch(conversation, { headers })).status).toBe(404);
      expect(system.twilio.find(String(call['twilioCallSid']))).toBeUndefined();
      const { body } = await system.request<{ data: { role: string }[] }>('GET', `/calls/${id}/transcript`);
      expect(body.data.filter(({ role }) => role !== 'tool')).toEqual([]);
    }
    expect(await erase(PERSON)).toEqual({ erased: 0, live: [], failed: [], complete: true });
  }, 60_000);

  it('is not rung again by a request that is repeated', async () => {
    const headers = { 'Idempotency-Key': 'of-the-erased' };
    const order = (): Promise<Response> =>
      fetch(`${system.url}/calls`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ to: PERSON, variables: { name: 'zqname' } }),
      });
    const first = (await (await order()).json()) as CallJson;
    await ended(first.id);
    expect(await erase(PERSON)).toMatchObject({ erased: 1 });
    const dialled = system.twilio.calls.length;
    const again = await order();
    expect(again.status).toBe(201);
    expect(await again.json()).toMatchObject({
      id: first.id,
      to: 'anonymous',
      status: 'completed',
      variables: {},
    });
    expect(system.twilio.calls).toHaveLength(dialled);
    expect(await everything()).not.toMatch(/4155557741|zqname/);
  }, 60_000);

  it('is told what could not be deleted, and deleted with the next request', async () => {
    const call = await called(PERSON);
    const other = await called(OTHER);
    system.twilio.faults.next('unavailable', 1, 'delete');
    const first = await erase(PERSON);
    expect(first).toMatchObject({ erased: 0, failed: [{ callId: call.id, at: 'twilio' }] });
    expect(await system.callRecord(call.id)).toMatchObject({ to: PERSON, variables: { name: 'zqname' } });
    expect(await erase(PERSON)).toMatchObject({ erased: 1, failed: [] });
    expect(await system.callRecord(other.id)).toEqual({ ...other, cost: expect.anything() });
    const { body } = await system.request<{ data: unknown[] }>('GET', `/calls/${other.id}/transcript`);
    expect(JSON.stringify(body.data)).toContain('zqwords');
  }, 60_000);

  it('is told of a call that has not ended, and erased after that', async () => {
    script = stays;
    const { record } = await system.place({ to: PERSON });
    expect(await erase(PERSON)).toEqual({ erased: 0, live: [record.id], failed: [], complete: true });
    await system.request('POST', `/calls/${record.id}/hangup`);
    await eventually(() => system.callRecord(record.id), isOver);
    expect(await erase(PERSON)).toMatchObject({ erased: 1, live: [] });
  }, 30_000);

  it('is asked for in the body, by a number and with a key', async () => {
    const bad = await system.request<{ errors: { field: string }[] }>('POST', '/erasures', {
      number: 'John',
    });
    expect([bad.status, bad.body.errors[0]?.field]).toEqual([400, 'number']);
    const stranger = await fetch(`${system.url}/erasures`, { method: 'POST' });
    expect(stranger.status).toBe(401);
  });
});
