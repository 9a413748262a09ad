/** Calls on a real Postgres, and vendors that say what a test wants. */
import { sql } from 'drizzle-orm';
import { CostInquiry } from '../../src/billing/cost-inquiry.js';
import { BillingMetrics } from '../../src/billing/billing-metrics.js';
import { CostLedger } from '../../src/billing/cost-ledger.js';
import { Reconciler } from '../../src/billing/reconciler.js';
import { CallFeed } from '../../src/calls/call-feed.js';
import { CallJournal } from '../../src/calls/call-journal.js';
import { CostRates } from '../../src/calls/cost-rates.js';
import { SpendingGuard } from '../../src/calls/spending-guard.js';
import type { Call } from '../../src/core/call/call.js';
import type { CallEvent } from '../../src/core/call/call-machine.js';
import { CarrierPrices, type CarrierPrice } from '../../src/core/cost/carrier-prices.js';
import { Conversations, type ConversationReport } from '../../src/core/cost/conversations.js';
import type { CallId } from '../../src/core/ids.js';
import { Metrics } from '../../src/ops/metrics.js';
import type { Database } from '../../src/persistence/database.js';
import { PostgresCallStore } from '../../src/persistence/postgres.call-store.js';
import { PostgresReconciliationStore } from '../../src/persistence/postgres.reconciliation-store.js';
import { PostgresUsageStore } from '../../src/persistence/postgres.usage-store.js';
import { callWith, environmentWith, silentLogger, type CallFields } from '../support/builders.js';
import { ManualClock } from '../support/manual-clock.js';

class SaidPrices extends CarrierPrices {
  readonly asked: string[] = [];
  say: (sid: string) => CarrierPrice = () => ({ kind: 'pending' });

  async ofCall(sid: string): Promise<CarrierPrice> {
    this.asked.push(sid);
    return this.say(sid);
  }
}

class SaidConversations extends Conversations {
  readonly asked: string[] = [];
  say: (id: string) => Partial<ConversationReport> | undefined = () => ({});

  async find(conversationId: string): Promise<ConversationReport | undefined> {
    this.asked.push(conversationId);
    const said = this.say(conversationId);
    return (
      said && { conversationId, callId: undefined, isOpen: false, usdMicros: null, analysis: null, ...said }
    );
  }

  readonly removed: string[] = [];
  remove(conversationId: string): Promise<void> {
    this.removed.push(conversationId);
    return Promise.resolve();
  }
}

/** Distinct as Twilio's own. */
export function callSid(number: number): string {
  return `CA${number.toString(16).padStart(32, '0')}`;
}

export class BillingRig {
  readonly clock = new ManualClock(Date.now());
  readonly store: PostgresCallStore;
  readonly due: PostgresReconciliationStore;
  readonly usage: PostgresUsageStore;
  readonly journal: CallJournal;
  readonly ledger: CostLedger;
  readonly rates: CostRates;
  readonly metrics = new Metrics();
  readonly billingMetrics: BillingMetrics;
  readonly prices = new SaidPrices();
  readonly conversations = new SaidConversations();
  readonly reconciler: Reconciler;

  constructor(
    readonly database: Database,
    variables: Readonly<Record<string, string>> = {},
  ) {
    const environment = environmentWith(variables);
    const logger = silentLogger();
    this.store = new PostgresCallStore(database, 'a-replica');
    this.due = new PostgresReconciliationStore(database);
    this.usage = new PostgresUsageStore(database);
    this.rates = new CostRates(environment);
    this.journal = new CallJournal(
      this.store,
      new CallFeed(logger),
      this.clock,
      this.clock,
      logger,
      this.rates,
    );
    this.ledger = new CostLedger(this.journal);
    const guard = new SpendingGuard(environment, this.rates, this.clock);
    this.billingMetrics = new BillingMetrics(this.metrics, guard, this.usage);
    const inquiry = new CostInquiry(this.store, this.prices, this.conversations, this.ledger, logger);
    this.reconciler = new Reconciler(this.due, inquiry, this.billingMetrics, this.clock, logger);
  }

  async given(fields: CallFields, ...events: readonly CallEvent[]): Promise<Call> {
    const call = callWith({ ...fields, times: { createdAt: this.clock.now(), ...fields.times } });
    await this.journal.create(call);
    for (const event of events) await this.journal.apply(call.id, event);
    return this.read(call.id);
  }

  /** An answered call that had a conversation and has just ended. */
  ended(number: number, fields: CallFields = {}): Promise<Call> {
    const answeredAt = this.clock.now() - 90_000;
    return this.given(
      {
        status: 'in-progress',
        twilioCallSid: callSid(number),
        conversationId: `conv_${number}`,
        ...fields,
        times: { startedAt: answeredAt, answeredAt, agentReadyAt: answeredAt, ...fields.times },
      },
      { type: 'carrier.ended', status: 'completed', durationSeconds: 90 },
    );
  }

  async read(id: CallId): Promise<Call> {
    const call = await this.store.find(id);
    if (!call) throw new Error(`there is no ${id}`);
    return call;
  }

  /** Everything that waits is due now, as if so much time had passed since the end. */
  async age(seconds = 0): Promise<void> {
    const by = sql`make_interval(secs => ${seconds})`;
    await this.database.run(async (db) => {
      await db.execute(
        sql`update reconciliations set next_attempt_at = now() where next_attempt_at < 'infinity'`,
      );
      await db.execute(sql`update calls set ended_at = ended_at - ${by}`);
    });
  }

  /** As if the process that holds them had died a while ago. */
  async runOutClaims(): Promise<void> {
    await this.database.run(async (db) => {
      await db.execute(sql`update reconciliations set claimed_until = now() - interval '1 ms'`);
    });
  }

  /** What waits to be asked: side, tries so far, and in how many seconds, to the next 15. */
  async waiting(): Promise<string[]> {
    return this.database.run(async (db) => {
      const { rows } = await db.execute<{ entry: string }>(sql`
        select of || ' ' || attempts || ' ' || case when next_attempt_at = 'infinity' then 'never'
          else (round(extract(epoch from next_attempt_at - now()) / 15) * 15)::int::text end as entry
        from reconciliations order by call_id, of desc`);
      return rows.map(({ entry }) => entry);
    });
  }
}
