/** What calls cost, on the whole system: estimated while they run, then what both vendors say, by polling and by webhook. */
import { sql } from 'drizzle-orm';
import { Reconciler } from '../../src/billing/reconciler.js';
import { usdMicrosOf } from '../../src/core/cost/money.js';
import { Database } from '../../src/persistence/database.js';
import {
  AGENT_ID,
  API_KEY,
  eventually,
  isOver,
  WholeSystem,
  type CallJson,
} from '../support/whole-system.js';

const SECRET = 'wsec_of_the_journey';

interface CostJson {
  readonly telephony: string;
  readonly agent: string;
  readonly total: string;
  readonly final: boolean;
}
interface UsageJson {
  readonly data: readonly { readonly calls: number; readonly agentId: string; readonly cost: CostJson }[];
  readonly budget: { readonly spent: string; readonly reserved: string; readonly left: string } | null;
}

function costIn(record: CallJson): CostJson {
  return record['cost'] as CostJson;
}

function sumsUp({ telephony, agent, total }: CostJson): boolean {
  return (usdMicrosOf(telephony) ?? 0) + (usdMicrosOf(agent) ?? 0) === usdMicrosOf(total);
}

function startSystem(): Promise<WholeSystem> {
  return WholeSystem.start({
    variables: { ELEVENLABS_WEBHOOK_SECRET: SECRET, DAILY_BUDGET_USD: '1' },
    caller: { answer: { kind: 'answers', afterMs: 300 }, steps: [{ step: 'hears-agent-out' }] },
    agent: { firstMessage: 'Good evening.', steps: [] },
  });
}

/** Everything that waits to be asked is due; asks until it is settled, without the pauses of real life. */
async function reconcile(system: WholeSystem): Promise<void> {
  await system.app.get(Database).run(async (db) => {
    await db.execute(sql`update reconciliations set next_attempt_at = now()`);
  });
  await system.app.get(Reconciler).round();
}

async function answered(system: WholeSystem): Promise<string> {
  const { record } = await system.place();
  await system.elevenlabs.nextConversation();
  await eventually(
    () => system.callRecord(record.id),
    ({ conversationId }) => conversationId !== null,
  );
  return record.id;
}

async function hungUp(system: WholeSystem, id: string): Promise<CallJson> {
  await system.request('POST', `/calls/${id}/hangup`);
  return eventually(() => system.callRecord(id), isOver);
}

/** What the simulator charges for its last conversation, in millionths of a dollar. */
function chargedIn({ elevenlabs }: WholeSystem): number {
  return Math.round(((elevenlabs.conversations.at(-1)?.connectedSecs ?? Number.NaN) / 60) * 0.08 * 1e6);
}

describe('the cost of a call', () => {
  let system: WholeSystem;
  const usage = async (query = ''): Promise<UsageJson> =>
    (await system.request<UsageJson>('GET', `/usage${query}`)).body;

  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(() => system.stop());

  it('is estimated while it runs, and final once both vendors were asked', async () => {
    const id = await answered(system);
    const running = await eventually(
      () => system.callRecord(id),
      (record) => Number(costIn(record).agent) > 0,
    );
    expect(costIn(running)).toMatchObject({ telephony: '0.0184', final: false });
    expect(sumsUp(costIn(running))).toBe(true);

    const ended = costIn(await hungUp(system, id));
    expect(ended).toMatchObject({ telephony: '0.0184', final: false });

    const final = await eventually(
      async () => {
        await reconcile(system);
        return system.callRecord(id);
      },
      (record) => costIn(record).final,
    );
    expect(costIn(final)).toMatchObject({ telephony: '0.0140', final: true });
    expect(usdMicrosOf(costIn(final).agent)).toBe(chargedIn(system));
    expect(sumsUp(costIn(final))).toBe(true);
    expect(final['analysis']).toMatchObject({ successful: 'unknown' });
    await reconcile(system);
    expect(await system.callRecord(id)).toEqual(final);
  });

  it('is told by webhook, without asking, and twice is once', async () => {
    system.elevenlabs.tellAfterwards({
      url: `${system.url}/elevenlabs/webhook`,
      secret: SECRET,
      events: ['transcript', 'audio'],
      faults: { doubled: true },
    });
    const id = await answered(system);
    await hungUp(system, id);
    const conversation = system.elevenlabs.conversations.at(-1);
    await eventually(
      async () => conversation?.deliveries ?? [],
      (deliveries) => deliveries.filter(({ status }) => status !== undefined).length === 4,
    );
    expect(conversation?.deliveries.map(({ type, status }) => `${type} ${status}`)).toEqual([
      'post_call_transcription 200',
      'post_call_transcription 200',
      'post_call_audio 200',
      'post_call_audio 200',
    ]);
    const told = await system.callRecord(id);
    expect(usdMicrosOf(costIn(told).agent)).toBe(chargedIn(system));
    expect(told).toMatchObject({ cost: { final: false }, analysis: { successful: 'unknown' } });
    const { body } = await system.request<{ data: { type: string }[] }>(
      'GET',
      `/calls/${id}/events?limit=100`,
    );
    const types = body.data.map(({ type }) => type).filter((type) => /^(cost|analysis)/.test(type));
    // The estimate at the end, and the webhook once.
    expect(types.toSorted()).toEqual(['analysis.came', 'cost.changed', 'cost.changed']);
    system.elevenlabs.tellAfterwards(undefined);
  });

  it('adds up', async () => {
    const [row, ...others] = (await usage()).data;
    expect(others).toEqual([]);
    const { data } = (await system.request<{ data: CallJson[] }>('GET', '/calls')).body;
    const sum = data.reduce((total, record) => total + (usdMicrosOf(costIn(record).total) ?? 0), 0);
    expect(row).toMatchObject({ calls: data.length, agentId: AGENT_ID });
    expect(usdMicrosOf(row?.cost.total)).toBe(sum);
    const { budget } = await usage('?groupBy=day');
    expect(usdMicrosOf(budget?.spent)).toBe(sum);
    expect(usdMicrosOf(budget?.left)).toBe(1_000_000 - sum);
  });

  it('is measured', async () => {
    const response = await fetch(`${system.url}/metrics`, {
      headers: { authorization: `Bearer ${API_KEY}` },
    });
    const text = await response.text();
    expect(text).toContain('cordboard_reconciliations_total{of="telephony",outcome="final"} ');
    expect(text).toContain('cordboard_elevenlabs_webhooks_total{type="transcription",outcome="entered"} 2');
    expect(text).toContain('cordboard_elevenlabs_webhooks_total{type="audio",outcome="ignored"} 2');
    expect(text).toContain('cordboard_budget_usd{part="limit"} 1\n');
    expect(text).toContain('cordboard_budget_usd{part="reserved"} 0\n');
  });

  it.each([
    ['from', '?from=yesterday'],
    ['from', '?from=2026-02-31'],
    ['to', '?to=2026-1-1'],
    ['from', '?from=2026-05-01&to=2026-04-01'],
    ['groupBy', '?groupBy=day,month'],
    ['limit', '?limit=0'],
    ['cursor', '?cursor=1'],
    ['month', '?month=5'],
  ])('is not added up for a request with a bad %s: %s', async (field, query) => {
    const { status, body } = await system.request('GET', `/usage${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'bad-input', errors: [{ field }] });
  });

  it('refuses the call that could cross the budget, counting those in flight, and lets in what has room', async () => {
    const before = system.twilio.calls.length;
    const placed: string[] = [];
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => system.request('POST', '/calls', { to: '+14155550123' })),
    );
    for (const { status, body } of answers) {
      if (status === 201) placed.push(body.id);
      else expect({ status, code: body['code'] }).toEqual({ status: 402, code: 'budget-reached' });
    }
    // Each is taken for 0.2952, and two calls of some seconds have cost something: three have room.
    expect(placed).toHaveLength(3);
    expect(system.twilio.calls).toHaveLength(before + 3);
    expect(Number((await usage()).budget?.reserved)).toBeCloseTo(3 * 0.2952, 4);

    const rings = system.twilio.placeInbound({
      to: '+14155550100',
      from: '+14155550177',
      voiceUrl: `${system.url}/twiml`,
      script: { answer: { kind: 'answers', afterMs: 0 }, steps: [] },
    });
    await rings.settled();
    expect(rings.status).toBe('busy');
    await Promise.all(placed.map((id) => hungUp(system, id)));
    expect((await system.request('POST', '/calls', { to: '+14155550123' })).status).toBe(201);
  });
});
