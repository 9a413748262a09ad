/** From estimates to what the vendors charged, on a real Postgres: nothing is lost, asked for ever, or asked twice at once. */
import { CordboardError } from '../../src/core/errors.js';
import type { Database } from '../../src/persistence/database.js';
import { newDatabaseUrl, openDatabase } from '../support/test-database.js';
import { BillingRig, callSid } from './billing-rig.js';

const ANALYSIS = { successful: 'success', summary: 'fine', evaluation: {}, collected: {} } as const;

describe('the reconciler', () => {
  let database: Database;
  let rig: BillingRig;
  const counted = async (of: string, outcome: string): Promise<number> => {
    const metric = await rig.metrics.registry.getSingleMetric('cordboard_reconciliations_total')?.get();
    return (
      metric?.values.find(({ labels }) => labels['of'] === of && labels['outcome'] === outcome)?.value ?? 0
    );
  };

  beforeEach(async () => {
    database = openDatabase(await newDatabaseUrl());
    rig = new BillingRig(database);
  });
  afterEach(() => database.close());

  it('finds both questions written with the end of the call, beside its estimate', async () => {
    const call = await rig.ended(1);
    expect(call.cost).toEqual({
      telephony: { usdMicros: 36_800, final: false },
      agent: { usdMicros: 120_000, final: false },
    });
    expect(await rig.waiting()).toEqual(['telephony 0 15', 'agent 0 15']);
    expect(await rig.reconciler.round()).toBe(0);
    const types = (await rig.store.events(call.id, 0, 20)).map(({ type }) => type);
    expect(types).toEqual(['call.created', 'cost.changed', 'call.ended']);
  });

  it('asks only about what is not certain', async () => {
    await rig.given(
      { status: 'ringing', twilioCallSid: callSid(1) },
      { type: 'carrier.ended', status: 'busy' },
    );
    await rig.given({}, { type: 'end.decided', reason: 'hung-up-by-api' }, { type: 'end.settled' });
    await rig.given({ status: 'in-progress', twilioCallSid: callSid(3) });
    expect(await rig.waiting()).toEqual(['telephony 0 15']);
  });

  it('replaces estimates by what the vendors charged, and is done', async () => {
    const { id } = await rig.ended(1);
    rig.prices.say = () => ({ kind: 'known', usdMicros: 28_000 });
    rig.conversations.say = () => ({ usdMicros: 130_001, analysis: ANALYSIS });
    await rig.age();
    expect(await rig.reconciler.round()).toBe(2);
    const call = await rig.read(id);
    expect(call.cost).toEqual({
      telephony: { usdMicros: 28_000, final: true },
      agent: { usdMicros: 130_001, final: true },
    });
    expect(call.analysis).toEqual(ANALYSIS);
    expect(await rig.waiting()).toEqual([]);
    expect([rig.prices.asked, rig.conversations.asked]).toEqual([[callSid(1)], ['conv_1']]);
    expect([await counted('telephony', 'final'), await counted('agent', 'final')]).toEqual([1, 1]);
  });

  it('adds up all conversations of a call, and takes no part of them for the whole', async () => {
    const { id } = await rig.ended(1, { earlierConversationIds: ['conv_a', 'conv_b'] });
    const costs: Record<string, number | null> = { conv_a: 10, conv_b: null, conv_1: 1000 };
    rig.conversations.say = (conversationId) => ({ usdMicros: costs[conversationId] ?? null });
    await rig.age();
    await rig.reconciler.round();
    expect((await rig.read(id)).cost.agent?.final).toBe(false);
    costs['conv_b'] = 100;
    await rig.age();
    await rig.reconciler.round();
    expect((await rig.read(id)).cost.agent).toEqual({ usdMicros: 1110, final: true });
  });

  it('asks again at growing distances while nobody knows', async () => {
    const { id } = await rig.ended(1);
    const before = await rig.read(id);
    rig.conversations.say = () => ({ isOpen: true, usdMicros: 5, analysis: ANALYSIS });
    await rig.age();
    await rig.reconciler.round();
    expect(await rig.waiting()).toEqual(['telephony 1 30', 'agent 1 30']);
    rig.conversations.say = () => undefined;
    await rig.age();
    await rig.reconciler.round();
    expect(await rig.waiting()).toEqual(['telephony 2 60', 'agent 2 60']);
    // A part of a cost, or of an analysis, is not taken for the whole.
    expect(await rig.read(id)).toEqual(before);
  });

  it('gives up after three days, leaves the estimate, and is not woken by a later write', async () => {
    const { id } = await rig.ended(1);
    await rig.age(259_300);
    await rig.reconciler.round();
    expect(await rig.waiting()).toEqual(['telephony 1 never', 'agent 1 never']);
    await rig.journal.apply(id, { type: 'analysis.came', analysis: ANALYSIS });
    await rig.age();
    expect(await rig.reconciler.round()).toBe(0);
    expect((await rig.read(id)).cost.telephony).toEqual({ usdMicros: 36_800, final: false });
    expect(await counted('telephony', 'given-up')).toBe(1);
  });

  it('goes on asking a vendor that fails', async () => {
    await rig.ended(1);
    rig.prices.say = () => {
      throw new CordboardError('carrier-unreachable');
    };
    await rig.age();
    await rig.reconciler.round();
    expect(await rig.waiting()).toEqual(['telephony 1 30', 'agent 1 30']);
    expect(await counted('telephony', 'failed')).toBe(1);
  });

  it('does not convert another currency: the estimate stays, and it is told', async () => {
    const { id } = await rig.ended(1);
    rig.prices.say = () => ({ kind: 'foreign', unit: 'EUR' });
    await rig.age();
    await rig.reconciler.round();
    expect((await rig.read(id)).cost.telephony).toEqual({ usdMicros: 36_800, final: false });
    expect(await rig.waiting()).toEqual(['telephony 1 never', 'agent 1 30']);
    expect(await counted('telephony', 'foreign')).toBe(1);
  });

  it('takes a call that nobody answered for free when it has no price an hour later', async () => {
    const ended = { type: 'carrier.ended', status: 'no-answer' } as const;
    const { id } = await rig.given({ status: 'ringing', twilioCallSid: callSid(1) }, ended);
    await rig.age(3500);
    await rig.reconciler.round();
    expect((await rig.read(id)).cost.telephony?.final).toBe(false);
    await rig.age(100);
    await rig.reconciler.round();
    expect((await rig.read(id)).cost.telephony).toEqual({ usdMicros: 0, final: true });
    expect(await rig.waiting()).toEqual([]);
  });

  it('shares its work with another replica: nobody asks twice, and what one had taken is asked by the other when it dies', async () => {
    for (let number = 1; number <= 20; number += 1) await rig.ended(number);
    rig.prices.say = () => ({ kind: 'known', usdMicros: 1 });
    rig.conversations.say = () => ({ usdMicros: 2 });
    await rig.age();
    expect(await rig.due.claim(3, 60)).toHaveLength(3);
    const other = new BillingRig(database);
    Object.assign(other.prices, { say: rig.prices.say });
    Object.assign(other.conversations, { say: rig.conversations.say });
    const asked = await Promise.all([rig.reconciler.round(), other.reconciler.round()]);
    expect(asked[0] + asked[1]).toBe(37);
    const sids = [...rig.prices.asked, ...other.prices.asked];
    expect(new Set(sids).size).toBe(sids.length);
    expect(await rig.waiting()).toHaveLength(3);
    await rig.runOutClaims();
    expect(await other.reconciler.round()).toBe(3);
    expect(await rig.waiting()).toEqual([]);
  });

  it('does not overrule what came by webhook before the call had ended here', async () => {
    const answeredAt = rig.clock.now() - 5000;
    const fields = { status: 'in-progress', twilioCallSid: callSid(1), conversationId: 'conv_1' } as const;
    const call = await rig.given({ ...fields, times: { answeredAt, agentReadyAt: answeredAt } });
    await rig.ledger.charge(call.id, 'agent', 7);
    await rig.journal.apply(call.id, { type: 'carrier.ended', status: 'completed' });
    expect((await rig.read(call.id)).cost).toEqual({
      telephony: { usdMicros: 18_400, final: false },
      agent: { usdMicros: 7, final: true },
    });
    expect(await rig.waiting()).toEqual(['telephony 0 15']);
  });
});
