/**
 * Calls that are live while the database, readers of events, receivers of webhooks, tools or clients are slow, blocked or too many: both
 * sides hear every frame, bit by bit and in order, while the trouble lasts.
 */
import { DatabasePipe } from '../../src/bench/database-pipe.js';
import { EventReaders } from '../../src/bench/event-readers.js';
import { RequestFlood } from '../../src/bench/request-flood.js';
import { StockService } from '../../src/bench/stock-service.js';
import type { Api, Proof } from '../../src/bench/trouble.js';
import { WebhookReceiver } from '../../src/bench/webhook-receiver.js';
import { BesiegedSystem } from '../fuzz/besieged-system.js';
import type { Line } from '../fuzz/line.js';
import type { Witness } from '../fuzz/witness.js';
import { emptyDatabaseUrl } from '../support/test-database.js';
import { API_KEY, eventually } from '../support/whole-system.js';

const TURNS = 20;
const TOOLS_AT_ONCE = 50;
const READERS = 50;
const LIMIT_MS = 60_000;
/** A second and more of audio goes through after the trouble was seen. */
const FRAMES = 60;

const BOTH = { caller: true, agent: true };

interface CallsJson {
  readonly data: readonly { readonly id: string; readonly twilioCallSid: string }[];
}

interface Around {
  readonly besieged: BesiegedSystem;
  readonly api: Api;
  readonly database: DatabasePipe;
  readonly webhooks: WebhookReceiver;
  readonly stock: StockService;
}

interface Rig extends Around {
  readonly witness: Witness;
  /** Of another call than the witness's: what is said there makes work. */
  readonly line: Line;
}

describe('a live call', () => {
  let around: Around;
  let witness: Witness | undefined;

  beforeAll(async () => {
    const url = new URL(await emptyDatabaseUrl());
    const database = await DatabasePipe.to({ host: url.hostname, port: Number(url.port) });
    url.port = String(database.port);
    const [webhooks, stock] = [await WebhookReceiver.open(), await StockService.open()];
    const besieged = await BesiegedSystem.start({
      DATABASE_URL: url.href,
      WEBHOOK_URL: `http://127.0.0.1:${webhooks.port}/`,
      WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
      WEBHOOK_ALLOW_PRIVATE: 'true',
      INVENTORY_API_URL: `http://127.0.0.1:${stock.port}/items`,
    });
    around = { besieged, database, webhooks, stock, api: { url: besieged.system.url, key: API_KEY } };
  }, LIMIT_MS);
  // What waits is answered before anything else: nobody waits for its end then.
  afterEach(() => {
    for (const one of [around.database, around.webhooks, around.stock]) one.end();
    witness?.stop();
  });
  afterAll(async () => {
    await around.besieged.stop();
    for (const one of [around.database, around.webhooks, around.stock]) await one.close();
  });

  /** With calls of its own. */
  const open = async (): Promise<Rig> => {
    const { besieged } = around;
    const heard = await besieged.witness();
    witness = heard;
    return { ...around, witness: heard, line: await besieged.openLine() };
  };

  /** How much of its trouble somebody saw: what is counted first. */
  const seen = (of: { readonly proof: Proof }, count: number): Promise<unknown> =>
    eventually(
      () => Promise.resolve(Object.values(of.proof)[0] ?? 0),
      (is) => is >= count,
    );

  const saysWords = ({ talk }: Line): void => {
    for (let turn = 0; turn < TURNS; turn += 1) {
      const heard = { user_transcript: `question ${turn}`, event_id: turn };
      const said = { agent_response: `answer ${turn}`, event_id: turn };
      talk.says({ type: 'user_transcript', user_transcription_event: heard });
      talk.says({ type: 'agent_response', agent_response_event: said });
    }
  };

  const callsTools = async ({ talk }: Line, name: string): Promise<void> => {
    for (let call = 0; call < TOOLS_AT_ONCE; call += 1)
      talk.says({
        type: 'client_tool_call',
        client_tool_call: {
          tool_name: name,
          tool_call_id: `call ${call}`,
          parameters: { item: 'ace' },
          expects_response: true,
          event_id: 1,
        },
      });
    const answers = (): number => talk.heard.filter(({ type }) => type === 'client_tool_result').length;
    await talk.until(() => answers() === TOOLS_AT_ONCE);
    expect(answers()).toBe(TOOLS_AT_ONCE);
  };

  /** Who heard every frame of the other, up to some that were sent after the trouble was seen. */
  const heardAll = async (witness: Witness): Promise<Record<'caller' | 'agent', boolean>> => {
    const enough = witness.count + FRAMES;
    await eventually(
      () => Promise.resolve(witness.count),
      (count) => count >= enough,
    );
    const { caller, agent, expected } = await witness.testimony();
    return { caller: caller.equals(expected.caller), agent: agent.equals(expected.agent) };
  };

  it.each(['slow', 'blocked'] as const)(
    'loses no frame while the database is %s, and no word',
    async (kind) => {
      const { besieged, witness, line, database } = await open();
      database.begin(kind);
      saysWords(line);
      await seen(database, 2);
      expect(await heardAll(witness)).toEqual(BOTH);
      database.end();
      const { body } = await besieged.system.request<CallsJson>('GET', '/calls');
      const { id = '' } = body.data.find(({ twilioCallSid }) => twilioCallSid === line.callSid) ?? {};
      await eventually(
        () => besieged.system.request('GET', `/calls/${id}/transcript`),
        (answer) => JSON.stringify(answer.body).includes(`answer ${TURNS - 1}`),
        20_000,
      );
    },
    LIMIT_MS,
  );

  it.each(['slow', 'unread'] as const)(
    'loses no frame while readers of events are %s',
    async (kind) => {
      const { api, witness, line } = await open();
      const readers = new EventReaders(api, kind, READERS);
      const headers = { authorization: `Bearer ${API_KEY}` };
      const streams = async (): Promise<number> => {
        const text = await (await fetch(`${api.url}/metrics`, { headers })).text();
        return Number(/^cordboard_event_streams (\d+)$/m.exec(text)?.[1]);
      };
      await eventually(streams, (count) => count === READERS, 20_000);
      saysWords(line);
      expect(await heardAll(witness)).toEqual(BOTH);
      expect((await readers.end())['MB that they left unread']).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  it(
    'loses no frame while readers of events come and go',
    async () => {
      const { api, witness, line } = await open();
      const readers = new EventReaders(api, 'flood');
      saysWords(line);
      await eventually(
        () => Promise.resolve(readers.visits),
        (visits) => visits >= 50,
      );
      expect(await heardAll(witness)).toEqual(BOTH);
      await readers.end();
    },
    LIMIT_MS,
  );

  it.each(['hanging', 'refusing', 'endless'] as const)(
    'loses no frame while a receiver of webhooks is %s',
    async (kind) => {
      const { witness, line, webhooks } = await open();
      webhooks.begin(kind);
      saysWords(line);
      // Of one call one after the other, and what the witness had to tell may have come before the trouble.
      await seen(webhooks, 1);
      expect(await heardAll(witness)).toEqual(BOTH);
    },
    LIMIT_MS,
  );

  // In this order: a service that hangs is given a rest afterwards, by the tool's breaker.
  it.each(['large', 'hanging'] as const)(
    'loses no frame while the service that a tool asks, fifty at once, is %s',
    async (kind) => {
      const { witness, line, stock } = await open();
      stock.begin(kind);
      await callsTools(line, 'check_inventory');
      await seen(stock, 1);
      expect(await heardAll(witness)).toEqual(BOTH);
    },
    LIMIT_MS,
  );

  it(
    'loses no frame while tools are called that do not exist, fifty at once',
    async () => {
      const { witness, line } = await open();
      await callsTools(line, 'no_such_tool');
      expect(await heardAll(witness)).toEqual(BOTH);
    },
    LIMIT_MS,
  );

  it(
    'loses no frame while a client asks for all that it may',
    async () => {
      const { api, witness, line } = await open();
      const flood = new RequestFlood(api);
      saysWords(line);
      await eventually(
        () => Promise.resolve(flood.answered),
        (answered) => answered >= 200,
      );
      expect(await heardAll(witness)).toEqual(BOTH);
      await flood.end();
    },
    LIMIT_MS,
  );
});
