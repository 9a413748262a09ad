/** Events of calls posted to an application: all of them, in order, signed, also when the application is down for a while. */
import type { NestExpressApplication } from '@nestjs/platform-express';
import { sql } from 'drizzle-orm';
import { createApp } from '../../src/app.js';
import { Receiver, verify } from '../support/receiver.js';
import { emptyDatabaseUrl, openDatabase } from '../support/test-database.js';
import {
  environmentOf,
  eventually,
  freePort,
  isOver,
  WholeSystem,
  type CallJson,
} from '../support/whole-system.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const TALK = {
  caller: {
    answer: { kind: 'answers', afterMs: 50 },
    steps: [{ step: 'hears-agent-out' }, { step: 'hangs-up' }],
  },
  agent: { firstMessage: 'Hi, {{name}}.', steps: [] },
} as const;

interface Deliveries {
  readonly data: readonly {
    readonly eventId: string;
    readonly status: string;
    readonly attempts: number;
    readonly lastStatus: number | null;
    readonly lastError: string | null;
  }[];
  readonly nextCursor: string | null;
}
interface Events {
  readonly data: readonly { readonly id: string; readonly seq: number; readonly type: string }[];
}

describe('webhooks', () => {
  let receiver: Receiver;
  let system: WholeSystem;
  let databaseUrl: string;

  beforeEach(async () => {
    receiver = await Receiver.open();
    databaseUrl = await emptyDatabaseUrl();
  });
  afterEach(async () => {
    await system.stop();
    await receiver.close();
  });

  const start = async (variables: Readonly<Record<string, string>> = {}): Promise<void> => {
    system = await WholeSystem.start({
      ...TALK,
      variables: {
        DATABASE_URL: databaseUrl,
        WEBHOOK_SECRET: SECRET,
        WEBHOOK_ALLOW_PRIVATE: 'true',
        ...variables,
      },
    });
  };
  const eventsOf = async (id: string): Promise<Events['data']> =>
    (await system.request<Events>('GET', `/calls/${id}/events?limit=1000`)).body.data;
  const deliveriesOf = async (id: string): Promise<Deliveries['data']> =>
    (await system.request<Deliveries>('GET', `/calls/${id}/webhooks?limit=1000`)).body.data;
  const posted = (id: string) => receiver.received.filter(({ event }) => event.callId === id);
  /** Until everything is on record that is learnt after the end too, and was posted. */
  const allPosted = async (id: string): Promise<Events['data']> => {
    await eventually(() => system.callRecord(id), isOver, 20_000);
    await eventually(
      () => deliveriesOf(id),
      (all) => all.length > 0 && all.every(({ status }) => status === 'delivered'),
      30_000,
    );
    return eventsOf(id);
  };

  it('have every event of a call, once, in order and signed, at the address that the call names', async () => {
    await start();
    const { record } = await system.place({
      webhookUrl: `${receiver.url}/mine`,
      variables: { name: 'John' },
    });
    const { record: other } = await system.place();
    expect(record['webhookUrl']).toBe(`${receiver.url}/mine`);
    const events = await allPosted(record.id);
    const came = posted(record.id);
    expect(came.map(({ event }) => event.id).slice(0, events.length)).toEqual(events.map(({ id }) => id));
    expect(came.map(({ event }) => event.type)).toEqual(
      expect.arrayContaining(['call.created', 'call.answered', 'turn.agent', 'call.ended']),
    );
    for (const received of came) {
      expect(() => verify(SECRET, received)).not.toThrow();
      expect(received.headers['webhook-id']).toBe(received.event.id);
      expect(received.path).toBe('/mine');
    }
    await eventually(() => system.callRecord(other.id), isOver, 20_000);
    expect(posted(other.id)).toEqual([]);
    expect(await deliveriesOf(other.id)).toEqual([]);
  });

  it('go to WEBHOOK_URL where a call names no address, calls that come in included', async () => {
    await start({ WEBHOOK_URL: `${receiver.url}/all` });
    const line = system.twilio.placeInbound({
      voiceUrl: `${system.url}/twiml?name=Eve`,
      from: '+14155550177',
      to: '+14155550100',
      script: TALK.caller,
    });
    await line.settled(20_000);
    const { body } = await system.request<{ data: CallJson[] }>('GET', '/calls');
    const id = body.data[0]?.id ?? '';
    await allPosted(id);
    expect(posted(id).at(0)).toMatchObject({ path: '/all', event: { type: 'call.created', seq: 1 } });
  });

  it('come in order, and all of them, to a receiver that fails at first', async () => {
    await start();
    let failures = 0;
    receiver.answer = (response, { event }) => {
      const fails = event.seq === 2 && failures < 1;
      if (fails) failures += 1;
      response.writeHead(fails ? 503 : 200).end();
    };
    const { record } = await system.place({ webhookUrl: receiver.url });
    const events = await allPosted(record.id);
    const seqs = posted(record.id).map(({ event }) => event.seq);
    expect(seqs.slice(0, 4)).toEqual([1, 2, 2, 3]);
    expect([...new Set(seqs)].slice(0, events.length)).toEqual(events.map(({ seq }) => seq));
    expect((await deliveriesOf(record.id))[1]).toMatchObject({
      status: 'delivered',
      attempts: 2,
      lastStatus: 200,
    });
  });

  it('that could not be posted before a restart are posted after it', async () => {
    await start();
    const port = receiver.port;
    await receiver.close();
    const { record } = await system.place({ webhookUrl: `http://127.0.0.1:${port}` });
    await eventually(() => system.callRecord(record.id), isOver, 20_000);
    await eventually(
      () => deliveriesOf(record.id),
      ([first]) => first?.lastError === 'ECONNREFUSED',
    );
    await system.app.close();

    receiver = await Receiver.open();
    const again = await freePort();
    // The receiver is somewhere else now, so what is stored has to be told; a name would have done.
    const database = openDatabase(databaseUrl);
    await database.run((db) =>
      db.execute(sql`update webhook_deliveries set url = ${receiver.url}, next_attempt_at = now()`),
    );
    await database.close();
    const app: NestExpressApplication = await createApp({
      variables: {
        ...environmentOf(again, system.twilio, system.elevenlabs),
        DATABASE_URL: databaseUrl,
        DATA_DIR: system.dataDir,
        WEBHOOK_SECRET: SECRET,
        WEBHOOK_ALLOW_PRIVATE: 'true',
      },
    });
    await eventually(
      () => Promise.resolve(posted(record.id).map(({ event }) => event.type)),
      (types) => types.includes('call.ended'),
      20_000,
    );
    const seqs = posted(record.id).map(({ event }) => event.seq);
    expect(seqs).toEqual(seqs.map((_, at) => at + 1));
    await app.close();
  });

  it('that a receiver keeps waiting do not hold up the end of the process, and are given back', async () => {
    await start();
    const asked = new Promise<void>((resolve) => {
      receiver.answer = () => resolve();
    });
    await system.place({ webhookUrl: receiver.url });
    await asked;
    await system.app.close();
    const database = openDatabase(databaseUrl);
    const { rows } = await database.run((db) =>
      db.execute(sql`select attempts, claimed_until from webhook_deliveries where seq = 1`),
    );
    expect(rows).toEqual([{ attempts: 0, claimed_until: null }]);
    await database.close();
  });

  it('can be asked for again by their id', async () => {
    await start();
    const { record } = await system.place({ webhookUrl: receiver.url });
    const [first] = await allPosted(record.id);
    const before = posted(record.id).length;
    const { status, body } = await system.request(
      'POST',
      `/calls/${record.id}/webhooks/${first?.id}/redeliver`,
    );
    expect([status, body]).toEqual([
      202,
      expect.objectContaining({ eventId: first?.id, type: 'call.created', status: 'pending', attempts: 0 }),
    ]);
    await eventually(
      () => Promise.resolve(posted(record.id).slice(before)),
      (more) => more.some(({ event }) => event.id === first?.id),
    );
    for (const unknown of [`${first?.id}9`, 'evt_x_1', `evt_${'0'.repeat(32)}_1`])
      expect((await system.request('POST', `/calls/${record.id}/webhooks/${unknown}/redeliver`)).status).toBe(
        404,
      );
    expect((await system.request('GET', `/calls/${record.id}/webhooks?cursor=x`)).status).toBe(400);
  });

  it('do not go where only this network could go, and whoever asks for it is told', async () => {
    await start({ WEBHOOK_ALLOW_PRIVATE: 'false' });
    for (const webhookUrl of [receiver.url, 'https://169.254.169.254/', 'https://localhost/hooks']) {
      const { status, body } = await system.request<{ errors: unknown }>('POST', '/calls', {
        to: '+14155550123',
        webhookUrl,
      });
      expect([status, body]).toEqual([
        400,
        expect.objectContaining({
          code: 'bad-input',
          errors: [expect.objectContaining({ field: 'webhookUrl' })],
        }),
      ]);
    }
    expect(system.twilio.calls).toEqual([]);
    expect(receiver.received).toEqual([]);
  });
});
