/** The database is gone for twenty seconds while calls are live: nobody on the line notices, and nothing is missing afterwards. */
import { breakable } from '../support/breakable-pipe.js';
import { emptyDatabaseUrl } from '../support/test-database.js';
import { WholeSystem, eventually, isOver } from '../support/whole-system.js';

const OUTAGE_MS = 20_000;
const CALLS = 10;

interface EventsJson {
  readonly data: readonly { readonly seq: number; readonly type: string; readonly at: string }[];
}

describe('an outage of the database', () => {
  const opened: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });

  it('leaves live calls untouched, is told by readiness, and loses no fact', async () => {
    const { pipe, url } = await breakable(await emptyDatabaseUrl());
    opened.push(() => pipe.close());
    const system = await WholeSystem.start({
      variables: { DATABASE_URL: url },
      caller: {
        answer: { kind: 'answers', afterMs: 50 },
        steps: [
          { step: 'waits', ms: 4000 },
          // During the outage: a turn, a key and, for the agent, a tool.
          { step: 'says', noiseMs: 1500 },
          { step: 'presses', digits: '7#' },
          { step: 'waits', ms: 6000 },
          { step: 'hangs-up' },
        ],
      },
      agent: {
        firstMessage: 'Hello {{name}}.',
        steps: [
          { step: 'listens', transcript: 'hello' },
          { step: 'calls-tool', name: 'check_inventory', parameters: { item: 'ace' } },
          { step: 'speaks', text: 'Thank you.' },
        ],
      },
    });
    opened.unshift(() => system.stop());
    const placed = await Promise.all(
      Array.from({ length: CALLS }, (_, at) => system.place({ variables: { name: `caller ${at}` } })),
    );
    await eventually(
      () => Promise.resolve(system.elevenlabs.conversations.filter(({ turns }) => turns.length > 0)),
      (talking) => talking.length === CALLS,
    );

    pipe.cut();
    const cutAt = Date.now();
    await eventually(
      () => fetch(`${system.url}/health/ready`).then(({ status }) => status),
      (status) => status === 503,
    );
    expect(await system.request('POST', '/calls', { to: '+14155550199' })).toMatchObject({
      status: 503,
      body: { code: 'store-away' },
    });
    expect(await system.request('GET', '/calls')).toMatchObject({ status: 503 });
    // Every call ends while nothing can be written.
    await Promise.all(placed.map(({ line }) => line.observed('socket-closed', 30_000)));
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, OUTAGE_MS - (Date.now() - cutAt))));
    expect((await fetch(`${system.url}/health/ready`)).status).toBe(503);
    pipe.mend();
    await eventually(
      () => fetch(`${system.url}/health/ready`).then(({ status }) => status),
      (status) => status === 200,
    );

    for (const [at, { record, line }] of placed.entries()) {
      const after = await eventually(() => system.callRecord(record.id), isOver, 30_000);
      expect(after).toMatchObject({
        status: 'completed',
        endReason: 'caller-hung-up',
        variables: { name: `caller ${at}` },
      });
      const { body } = await system.request<EventsJson>('GET', `/calls/${record.id}/events?limit=100`);
      expect(body.data.map(({ seq }) => seq)).toEqual(body.data.map((_, place) => place + 1));
      const during = body.data.filter((event) => Date.parse(event.at) > cutAt).map(({ type }) => type);
      expect(during).toEqual(
        expect.arrayContaining([
          'turn.caller',
          'caller.pressed',
          'tool.called',
          'tool.answered',
          'turn.agent',
        ]),
      );
      expect(after['conversationId']).toEqual(expect.any(String));
      const conversation = system.elevenlabs.conversations.find(({ id }) => id === after['conversationId']);
      const sent = Buffer.concat(line.sentFrames.map(({ payload }) => payload));
      const arrived = Buffer.concat((conversation?.receivedAudio ?? []).map(({ payload }) => payload));
      expect(arrived.length).toBeGreaterThan(8 * 8000);
      expect(sent.subarray(0, arrived.length).equals(arrived)).toBe(true);
      const spoken = Buffer.concat((conversation?.sentAudio ?? []).map(({ payload }) => payload));
      expect(Buffer.concat(line.received.map(({ payload }) => payload)).equals(spoken)).toBe(true);
    }
  }, 90_000);
});
