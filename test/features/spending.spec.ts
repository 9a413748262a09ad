/** The budget of the day: refused before the line is crossed, whoever asks and however many at once. */
import { CallLimits } from '../../src/calls/call-limits.js';
import { DialGuard } from '../../src/calls/dial-guard.js';
import { SpendingGuard } from '../../src/calls/spending-guard.js';
import { CallEntrance } from '../../src/calls/call-entrance.js';
import { CordboardError } from '../../src/core/errors.js';
import type { Database } from '../../src/persistence/database.js';
import { Admission } from '../../src/calls/admission.js';
import { CallFeed } from '../../src/calls/call-feed.js';
import { Metrics } from '../../src/ops/metrics.js';
import { Readiness } from '../../src/ops/readiness.js';
import { CALL_SID, callWith, environmentWith, silentLogger } from '../support/builders.js';
import { newDatabaseUrl, openDatabase, SERVERS } from '../support/test-database.js';
import { BillingRig } from './billing-rig.js';
import { CallsRig } from './calls-rig.js';

const DAY_MS = 86_400_000;
/** Of a call of three minutes, at the default rates: 3 × 0.0184 and 3 × 0.08. */
const EXPECTED_MICROS = 295_200;

async function codeOf(act: Promise<unknown>): Promise<string> {
  return act.then(
    () => 'none',
    (error: unknown) => (error instanceof CordboardError ? error.code : String(error)),
  );
}

describe('a call under a budget', () => {
  it('is refused when it could cross the line: nothing is dialled, stored or held', async () => {
    const rig = new CallsRig({ DAILY_BUDGET_USD: '0.5' });
    await rig.calls.place({ to: '+14155550123' });
    expect(await codeOf(rig.calls.place({ to: '+14155550123' }))).toBe('budget-reached');
    expect(rig.carrier.times('place')).toHaveLength(1);
    expect((await rig.calls.list({}, 10)).calls).toHaveLength(1);
    expect(rig.admission.liveCalls).toBe(1);
  });

  it('is refused as well when somebody rings us', async () => {
    const rig = new CallsRig({ DAILY_BUDGET_USD: '0.1' });
    const received = { to: '+14155550100', from: '+14155550123', variables: {}, twilioCallSid: CALL_SID };
    expect(await codeOf(rig.calls.receive({ direction: 'inbound', ...received }))).toBe('budget-reached');
    expect(await rig.store.findBySid(CALL_SID)).toBeUndefined();
  });

  it('is let in again when the calls before cost less than they were taken for', async () => {
    const rig = new CallsRig({ DAILY_BUDGET_USD: '0.5' });
    const first = await rig.calls.place({ to: '+14155550123' });
    await rig.journal.apply(first.id, { type: 'carrier.ended', status: 'busy' });
    // The next turn of an account that may start one call a second.
    rig.clock.advance(1000);
    expect(await codeOf(rig.calls.place({ to: '+14155550123' }))).toBe('none');
  });

  it('is let in again on the next day, which begins at midnight in UTC', async () => {
    const rig = new CallsRig({ DAILY_BUDGET_USD: '0.3' });
    const place = (): Promise<string> => codeOf(rig.calls.place({ to: '+14155550123' }));
    expect([await place(), await place()]).toEqual(['none', 'budget-reached']);
    const midnight = (Math.floor(rig.clock.now() / DAY_MS) + 1) * DAY_MS;
    rig.clock.advance(midnight - 1 - rig.clock.now());
    expect(await place()).toBe('budget-reached');
    rig.clock.advance(1);
    expect(await place()).toBe('none');
  });

  it('counts for no more than it can cost before it is ended for its length', () => {
    const guardWith = (variables: Readonly<Record<string, string>>): SpendingGuard =>
      new CallsRig(variables).guard;
    const reserve = (maxDurationSeconds: number, variables = {}): number =>
      guardWith(variables).reserveOf({ maxDurationSeconds });
    expect(reserve(3600)).toBe(EXPECTED_MICROS);
    expect(reserve(60)).toBe(98_400);
    expect(reserve(3600, { EXPECTED_CALL_SECONDS: '0' })).toBe(0);
    expect(guardWith({}).budget()).toBeUndefined();
  });

  it.each([
    ['0', '180'],
    ['0', '0'],
  ])(
    'is never let in under a budget of %s USD, also when it is expected to take %s seconds',
    async (usd, seconds) => {
      const rig = new CallsRig({ DAILY_BUDGET_USD: usd, EXPECTED_CALL_SECONDS: seconds });
      expect(await codeOf(rig.calls.place({ to: '+14155550123' }))).toBe('budget-reached');
    },
  );
});

describe.each(SERVERS)('many calls at once on $name Postgres', ({ url }) => {
  const open: Database[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((database) => database.close()));
  });

  it('never cross the line together, placed on two replicas', async () => {
    const address = await newDatabaseUrl(url);
    const environment = environmentWith({ DAILY_BUDGET_USD: '3', MAX_CONCURRENT_CALLS: '1000' });
    const replicas = [0, 1].map(() => {
      const database = openDatabase(address);
      open.push(database);
      const rig = new BillingRig(database);
      const guard = new SpendingGuard(environment, rig.rates, rig.clock);
      const feed = new CallFeed(silentLogger());
      const admission = new Admission(environment, new Readiness(), rig.clock, feed, new Metrics());
      const metrics = new Metrics();
      const dialGuard = new DialGuard(environment, feed, rig.clock, metrics, silentLogger());
      const limits = new CallLimits(environment, rig.clock);
      const entrance = new CallEntrance(dialGuard, admission, guard, limits, rig.journal, metrics);
      return { rig, admission, guard, entrance };
    });
    const tries = Array.from({ length: 60 }, (_each, at) => {
      const replica = replicas[at % 2];
      if (!replica) throw new Error('there are two');
      return codeOf(replica.entrance.enter(callWith({ times: { createdAt: replica.rig.clock.now() } })));
    });
    const outcomes = await Promise.all(tries);
    expect(outcomes.filter((code) => code === 'none')).toHaveLength(Math.floor(3_000_000 / EXPECTED_MICROS));
    expect(outcomes.filter((code) => code === 'budget-reached')).toHaveLength(50);
    const [first] = replicas;
    const budget = first?.guard.budget();
    if (!first || !budget) throw new Error('there is a budget');
    expect(await first.rig.usage.spending(budget)).toEqual({
      spentUsdMicros: 0,
      reservedUsdMicros: 10 * EXPECTED_MICROS,
    });
    expect(replicas.reduce((sum, { admission }) => sum + admission.liveCalls, 0)).toBe(10);
  });
});
