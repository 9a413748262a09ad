/** The feature `calls` without Nest, HTTP and Twilio: its parts as the module joins them, on a clock moved by hand. */
import { Admission } from '../../src/calls/admission.js';
import { CallEntrance } from '../../src/calls/call-entrance.js';
import { CallLimits } from '../../src/calls/call-limits.js';
import { CallFeed, type CallNews } from '../../src/calls/call-feed.js';
import { CallJournal } from '../../src/calls/call-journal.js';
import { CallPauses } from '../../src/calls/call-pauses.js';
import { CallViews } from '../../src/calls/call-views.js';
import { CallWatch } from '../../src/calls/call-watch.js';
import { CallsService } from '../../src/calls/calls.service.js';
import { CostRates } from '../../src/calls/cost-rates.js';
import { Destinations } from '../../src/calls/destinations.js';
import { DialGuard } from '../../src/calls/dial-guard.js';
import { DialTurns } from '../../src/calls/dial-turns.js';
import { Dialer } from '../../src/calls/dialer.js';
import { LineEnder } from '../../src/calls/line-ender.js';
import { NewCalls } from '../../src/calls/new-calls.js';
import { PlacementSearch } from '../../src/calls/placement-search.js';
import { SpendingGuard } from '../../src/calls/spending-guard.js';
import type { Call } from '../../src/core/call/call.js';
import type { CallEvent } from '../../src/core/call/call-machine.js';
import { Metrics } from '../../src/ops/metrics.js';
import { Readiness } from '../../src/ops/readiness.js';
import { MemoryCallStore } from '../support/memory.call-store.js';
import { callWith, environmentWith, silentLogger, type CallFields } from '../support/builders.js';
import { FakeCarrier } from '../support/fake-carrier.js';
import { ManualClock } from '../support/manual-clock.js';
import { MemoryDialPace } from '../support/memory.stores.js';

export class CallsRig {
  readonly clock = new ManualClock();
  readonly carrier = new FakeCarrier(this.clock);
  readonly store = new MemoryCallStore();
  readonly feed = new CallFeed(silentLogger());
  readonly pauses = new CallPauses(this.feed, this.clock);
  readonly readiness = new Readiness();
  readonly metrics = new Metrics();
  readonly news: CallNews[] = [];
  readonly journal: CallJournal;
  readonly search: PlacementSearch;
  readonly views: CallViews;
  readonly guard: SpendingGuard;
  readonly admission: Admission;
  readonly dialGuard: DialGuard;
  readonly dialer: Dialer;
  readonly calls: CallsService;
  readonly watch: CallWatch;
  readonly ender: LineEnder;

  constructor(variables: Readonly<Record<string, string>> = {}) {
    const environment = environmentWith({
      TWILIO_PHONE_NUMBER: '+14155550100',
      ELEVENLABS_AGENT_ID: 'agent_1',
      ...variables,
    });
    const { carrier, clock, store, feed, pauses } = this;
    const rates = new CostRates(environment);
    const journal = new CallJournal(store, feed, clock, clock, silentLogger(), rates);
    this.journal = journal;
    this.views = new CallViews(rates, clock);
    this.search = new PlacementSearch(carrier, store, journal, pauses, clock, silentLogger());
    feed.subscribe((news) => void this.news.push(news));
    this.admission = new Admission(environment, this.readiness, clock, feed, this.metrics);
    this.dialGuard = new DialGuard(environment, feed, clock, this.metrics, silentLogger());
    const pace = new MemoryDialPace(clock, () => store.isAway);
    const turns = new DialTurns(environment, pace, store, journal, this.pauses, clock);
    this.dialer = new Dialer(turns, carrier, this.search, journal, this.dialGuard);
    this.watch = new CallWatch(feed, journal, carrier, this.search, clock, silentLogger());
    this.ender = new LineEnder(feed, carrier, silentLogger());
    this.guard = new SpendingGuard(environment, rates, clock);
    const limits = new CallLimits(environment, clock);
    const entrance = new CallEntrance(
      this.dialGuard,
      this.admission,
      this.guard,
      limits,
      journal,
      this.metrics,
    );
    const newCalls = new NewCalls(environment, new Destinations(environment, this.metrics), clock);
    this.calls = new CallsService(newCalls, clock, store, journal, this.dialer, entrance);
  }

  /** A call that is on record, after those events. */
  async given(fields: CallFields, ...events: readonly CallEvent[]): Promise<Call> {
    const call = callWith(fields);
    await this.journal.create(call);
    for (const event of events) await this.journal.apply(call.id, event);
    return this.read(call);
  }

  async read({ id }: Pick<Call, 'id'>): Promise<Call> {
    const call = await this.store.find(id);
    if (!call) throw new Error(`there is no ${id}`);
    return call;
  }
}
