/** One request, one phone that rings: repeated by the client, to two replicas, and when Twilio's answer is lost. */
import { createApp } from '../../src/app.js';
import { emptyDatabaseUrl } from '../support/test-database.js';
import {
  API_KEY,
  environmentOf,
  eventually,
  freePort,
  isOver,
  WholeSystem,
  type CallJson,
} from '../support/whole-system.js';

const TO = '+14155550123';
const TALK = {
  caller: {
    answer: { kind: 'answers', afterMs: 200 },
    steps: [{ step: 'hears-agent-out' }, { step: 'hangs-up' }],
  },
  agent: { firstMessage: 'Hi, {{name}}.', steps: [] },
} as const;

describe('a call that is asked for', () => {
  let system: WholeSystem;
  afterEach(() => system.stop());

  it('once by a key, twenty times at two replicas, rings once, and every answer is the same', async () => {
    const url = await emptyDatabaseUrl();
    system = await WholeSystem.start({ ...TALK, variables: { DATABASE_URL: url } });
    const port = await freePort();
    const other = await createApp({
      variables: {
        ...environmentOf(port, system.twilio, system.elevenlabs),
        PUBLIC_URL: system.url,
        DATABASE_URL: url,
      },
    });
    await other.listen(port, '127.0.0.1');
    const ask = async (at: number, body: object): Promise<{ status: number; body: CallJson }> => {
      const response = await fetch(`${at % 2 === 0 ? system.url : `http://127.0.0.1:${port}`}/calls`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${API_KEY}`,
          'content-type': 'application/json',
          'idempotency-key': 'order-4711',
        },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as CallJson };
    };
    const body = { to: TO, variables: { name: 'John' } };
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => ask(at, body)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 201, body: { variables: { name: 'John' } } });
    expect(system.twilio.calls).toHaveLength(1);
    for (const at of [0, 1])
      expect(await ask(at, { to: TO })).toMatchObject({
        status: 409,
        body: { code: 'idempotency-conflict' },
      });
    const { id = '' } = answers[0]?.body ?? {};
    await eventually(() => system.callRecord(id), isOver, 20_000);
    expect(await ask(1, body)).toEqual(answers[0]);
    await other.close();
  });

  it('rings once and goes on when Twilio takes the request and its answer is lost', async () => {
    system = await WholeSystem.start(TALK);
    system.twilio.faults.next('carried-out-unanswered');
    const { status, body } = await system.request('POST', '/calls', { to: TO, variables: { name: 'Ann' } });
    expect(status).toBe(201);
    const after = await eventually(() => system.callRecord(body.id), isOver, 20_000);
    expect(after).toMatchObject({ status: 'completed', endReason: 'caller-hung-up' });
    expect(system.twilio.calls.map(({ sid }) => sid)).toEqual([after['twilioCallSid']]);
    expect(system.elevenlabs.conversations.flatMap(({ turns }) => turns.map(({ text }) => text))).toEqual([
      'Hi, Ann.',
    ]);
  });
});
