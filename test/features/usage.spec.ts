/** Calls, minutes and cost added up, on a real Postgres. */
import { UsageService, type UsageRequest } from '../../src/billing/usage.service.js';
import type { UsageRowDto } from '../../src/billing/usage.dto.js';
import { SpendingGuard } from '../../src/calls/spending-guard.js';
import { usdMicrosOf } from '../../src/core/cost/money.js';
import { CordboardError } from '../../src/core/errors.js';
import type { Database } from '../../src/persistence/database.js';
import { environmentWith, type CallFields } from '../support/builders.js';
import { newDatabaseUrl, openDatabase, SERVERS } from '../support/test-database.js';
import { BillingRig } from './billing-rig.js';

const HOUR_MS = 3_600_000;
const MIDNIGHT = Date.parse('2025-11-23T00:00:00Z');
const ALL: UsageRequest = {
  from: '2025-11-01',
  to: '2025-11-30',
  groupBy: ['day', 'agent', 'campaign'],
  limit: 100,
};

const both = (telephony: number, agent: number, final: boolean): CallFields => ({
  status: 'completed',
  durationSeconds: 90,
  cost: { telephony: { usdMicros: telephony, final }, agent: { usdMicros: agent, final } },
});

describe.each(SERVERS)('usage on $name Postgres', ({ url }) => {
  let database: Database;
  let rig: BillingRig;
  const serviceWith = (variables: Readonly<Record<string, string>> = {}): UsageService => {
    const guard = new SpendingGuard(environmentWith(variables), rig.rates, rig.clock);
    return new UsageService(rig.usage, guard, rig.rates, rig.clock);
  };
  const rows = async (query: Partial<UsageRequest> = {}): Promise<UsageRowDto[]> =>
    (await serviceWith().usage({ ...ALL, ...query })).data;
  const given = async (createdAt: number, fields: CallFields): Promise<void> => {
    await rig.given({ ...fields, times: { answeredAt: createdAt, createdAt, ...fields.times } });
  };

  beforeEach(async () => {
    database = openDatabase(await newDatabaseUrl(url));
    rig = new BillingRig(database);
    await given(MIDNIGHT - 1, both(10_000, 20_000, true));
    await given(MIDNIGHT, { ...both(14_000, 83_737, true), agentId: 'agent_1', campaignId: 'camp_1' });
    await given(MIDNIGHT + HOUR_MS, { ...both(28_000, 1, true), agentId: 'agent_1', campaignId: 'camp_1' });
    await given(MIDNIGHT + 23 * HOUR_MS, { ...both(14_000, 5, false), agentId: 'agent_2' });
  });
  afterEach(() => database.close());

  it('is told by day in UTC, agent and campaign', async () => {
    expect(await rows()).toEqual([
      {
        day: '2025-11-22',
        agentId: 'agent_1',
        campaignId: null,
        calls: 1,
        durationSeconds: 90,
        minutes: 1.5,
        cost: { telephony: '0.0100', agent: '0.0200', total: '0.0300', final: true },
      },
      {
        day: '2025-11-23',
        agentId: 'agent_1',
        campaignId: 'camp_1',
        calls: 2,
        durationSeconds: 180,
        minutes: 3,
        cost: { telephony: '0.0420', agent: '0.083738', total: '0.125738', final: true },
      },
      {
        day: '2025-11-23',
        agentId: 'agent_2',
        campaignId: null,
        calls: 1,
        durationSeconds: 90,
        minutes: 1.5,
        cost: { telephony: '0.0140', agent: '0.000005', total: '0.014005', final: false },
      },
    ]);
  });

  it.each([
    [['day'], ['2025-11-22 null null 1', '2025-11-23 null null 3']],
    [['agent'], ['null agent_1 null 3', 'null agent_2 null 1']],
    [['campaign'], ['null null null 2', 'null null camp_1 2']],
    [
      ['campaign', 'agent'],
      ['null agent_1 null 1', 'null agent_1 camp_1 2', 'null agent_2 null 1'],
    ],
  ] as const)('is grouped by %j alone', async (groupBy, expected) => {
    const found = await rows({ groupBy: [...groupBy] });
    expect(found.map((row) => `${row.day} ${row.agentId} ${row.campaignId} ${row.calls}`)).toEqual(expected);
  });

  it('adds up to the same whatever it is grouped by', async () => {
    for (const groupBy of [['day'], ['agent'], ['campaign'], ALL.groupBy] as UsageRequest['groupBy'][]) {
      const found = await rows({ groupBy });
      const sum = found.reduce((total, { cost }) => total + (usdMicrosOf(cost.total) ?? 0), 0);
      expect(sum).toBe(30_000 + 97_737 + 28_001 + 14_005);
    }
  });

  it('is limited to days, both included, to an agent and to a campaign', async () => {
    expect(await rows({ from: '2025-11-22', to: '2025-11-22' })).toHaveLength(1);
    expect(await rows({ from: '2025-11-24' })).toEqual([]);
    expect(await rows({ agentId: 'agent_2' })).toHaveLength(1);
    expect(await rows({ campaignId: 'camp_1' })).toMatchObject([{ calls: 2 }]);
  });

  it('comes in pages without a gap or a double', async () => {
    const seen: UsageRowDto[] = [];
    let cursor: string | undefined;
    do {
      const page = await serviceWith().usage({
        ...ALL,
        limit: 1,
        ...(cursor === undefined ? {} : { cursor }),
      });
      expect(page.data.length).toBeLessThanOrEqual(1);
      seen.push(...page.data);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(await rows());
  });

  it('counts a call that runs with what it has run up', async () => {
    const times = { createdAt: Date.now() - 150_000, answeredAt: Date.now() - 150_000 };
    const agentReadyAt = times.answeredAt + 30_000;
    await rig.given({ status: 'in-progress', conversationId: 'c', times: { ...times, agentReadyAt } });
    rig.clock.advance(Date.now() - rig.clock.now());
    const groupBy: UsageRequest['groupBy'] = ['campaign'];
    const [row] = (await serviceWith().usage({ groupBy, limit: 10, agentId: 'agent_1', ...todayOnly() }))
      .data;
    expect(row?.cost).toMatchObject({ telephony: '0.0552', final: false });
    // Two minutes at 0.08, and whatever this test takes.
    expect(Number(row?.cost.agent)).toBeGreaterThanOrEqual(0.16);
    expect(Number(row?.cost.agent)).toBeLessThan(0.2);
    expect(row?.durationSeconds).toBeGreaterThanOrEqual(150);
  });

  it('tells what is left of the budget, and nothing without one', async () => {
    expect((await serviceWith().usage(ALL)).budget).toBeNull();
    const createdAt = rig.clock.now();
    await rig.given({ ...both(1_000_000, 250_000, true), times: { createdAt } });
    const open = { usdMicrosPerMinute: 98_400, since: 0, limitUsdMicros: 1e9 };
    const call = await rig.given({ status: 'queued' });
    await rig.store.insert(
      { ...call, id: `call_${'e'.repeat(32)}` },
      { name: 'x', entries: [] },
      { reserveUsdMicros: 300_000, budget: open },
    );
    expect((await serviceWith({ DAILY_BUDGET_USD: '10' }).usage(ALL)).budget).toEqual({
      day: new Date(createdAt).toISOString().slice(0, 10),
      limit: '10.0000',
      spent: '1.2500',
      reserved: '0.3000',
      left: '8.4500',
    });
    expect((await serviceWith({ DAILY_BUDGET_USD: '1' }).usage(ALL)).budget?.left).toBe('0.0000');
  });

  it.each([
    ['from', { from: '2025-11-24', to: '2025-11-23' }],
    ['from', { from: '2024-01-01', to: '2025-11-23' }],
    ['cursor', { cursor: 'made-up' }],
    ['cursor', { cursor: Buffer.from('[1,2,3]').toString('base64url') }],
    ['cursor', { cursor: Buffer.from('["a\\u0000",null,null]').toString('base64url') }],
  ])('names %s when it is wrong: %j', async (field, query) => {
    const error = await rows(query).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CordboardError);
    expect(error).toMatchObject({ code: 'bad-input', faults: [{ field }] });
  });
});

function todayOnly(): { readonly from: string; readonly to: string } {
  // The call may have begun before midnight.
  const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
  return { from: day(Date.now() - 150_000), to: day(Date.now()) };
}
