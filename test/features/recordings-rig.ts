/** The feature `recordings` on a real Postgres and a real disk, with a Twilio that says what a test wants. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { CallFeed } from '../../src/calls/call-feed.js';
import { CallJournal } from '../../src/calls/call-journal.js';
import { CostRates } from '../../src/calls/cost-rates.js';
import type { Call } from '../../src/core/call/call.js';
import {
  CarrierRecordings,
  type CarrierMedia,
  type CarrierRecording,
} from '../../src/core/call/carrier-recordings.js';
import { CordboardError } from '../../src/core/errors.js';
import { Metrics } from '../../src/ops/metrics.js';
import type { Database } from '../../src/persistence/database.js';
import { PostgresCallStore } from '../../src/persistence/postgres.call-store.js';
import { PostgresRecordedCallStore } from '../../src/persistence/postgres.recorded-call-store.js';
import { CarrierRecorder } from '../../src/recordings/carrier-recorder.js';
import { Recorders } from '../../src/recordings/recorders.js';
import { RecordingFiles } from '../../src/recordings/recording-files.js';
import { RecordingLedger } from '../../src/recordings/recording-ledger.js';
import { RecordingMender } from '../../src/recordings/recording-mender.js';
import { RecordingMetrics } from '../../src/recordings/recording-metrics.js';
import { RecordingRetention } from '../../src/recordings/recording-retention.js';
import { RecordingSweep } from '../../src/recordings/recording-sweep.js';
import { RecordingsService } from '../../src/recordings/recordings.service.js';
import type { CallsService } from '../../src/calls/calls.service.js';
import { callWith, environmentWith, silentLogger, type CallFields } from '../support/builders.js';
import { ManualClock } from '../support/manual-clock.js';

export class SaidRecordings extends CarrierRecordings {
  readonly removed: string[] = [];
  readonly refusesToRemove = new Set<string>();
  known: CarrierRecording | undefined;

  start(): Promise<string> {
    return Promise.reject(new CordboardError('carrier-unreachable'));
  }
  ofCall(): Promise<CarrierRecording | undefined> {
    return Promise.resolve(this.known);
  }
  fetch(): Promise<CarrierMedia | undefined> {
    return Promise.resolve(undefined);
  }
  remove(sid: string): Promise<void> {
    if (this.refusesToRemove.has(sid)) return Promise.reject(new CordboardError('carrier-unreachable'));
    this.removed.push(sid);
    return Promise.resolve();
  }
  /** Those of the call that are not on record. */
  others: readonly string[] = [];
  async removeOfCall(): Promise<void> {
    for (const sid of this.others) await this.remove(sid);
  }
}

export class RecordingsRig {
  readonly clock = new ManualClock(Date.now());
  readonly feed = new CallFeed(silentLogger());
  readonly metrics = new Metrics();
  readonly twilio = new SaidRecordings();
  readonly store: PostgresCallStore;
  readonly journal: CallJournal;
  readonly files: RecordingFiles;
  readonly recorders: Recorders;
  readonly sweep: RecordingSweep;
  readonly service: RecordingsService;
  readonly carrierRecorder: CarrierRecorder;

  private constructor(
    database: Database,
    readonly dataDir: string,
    variables: Readonly<Record<string, string>>,
  ) {
    const { clock, feed, twilio } = this;
    const logger = silentLogger();
    const environment = environmentWith({ DATA_DIR: dataDir, ...variables });
    this.store = new PostgresCallStore(database, 'a-replica');
    this.journal = new CallJournal(this.store, feed, clock, clock, logger, new CostRates(environment));
    const ledger = new RecordingLedger(this.journal, new RecordingMetrics(this.metrics), logger);
    this.files = new RecordingFiles(environment);
    this.recorders = new Recorders(this.files, ledger, clock, logger, feed);
    const carrierRecorder = new CarrierRecorder(feed, twilio, ledger, logger);
    const mender = new RecordingMender(feed, this.files, this.recorders, carrierRecorder, ledger);
    const calls: Pick<CallsService, 'get'> = { get: (id) => this.read(id) };
    const service = new RecordingsService(calls as CallsService, this.files, this.recorders, ledger, twilio);
    this.service = service;
    this.carrierRecorder = carrierRecorder;
    const recorded = new PostgresRecordedCallStore(database);
    const retention = new RecordingRetention(environment, recorded, service, this.files, logger);
    this.sweep = new RecordingSweep(recorded, mender, retention, clock, logger);
  }

  static async on(
    database: Database,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<RecordingsRig> {
    return new RecordingsRig(database, await mkdtemp(path.join(tmpdir(), 'recordings-')), variables);
  }

  async stop(): Promise<void> {
    await this.sweep.onApplicationShutdown();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** A call on record, created now unless it says otherwise. */
  async given(fields: CallFields): Promise<Call> {
    const call = callWith({ ...fields, times: { createdAt: this.clock.now(), ...fields.times } });
    await this.journal.create(call);
    return call;
  }

  /** One look after all recordings, as at the start of a process. */
  async looksAfter(): Promise<void> {
    const waiting = this.clock.pending;
    this.sweep.onApplicationBootstrap();
    // Done when it waits for its next turn; in between it waits for disk and database, which no clock of ours moves.
    while (this.clock.pending === waiting) await setImmediate();
  }

  async read(id: string): Promise<Call> {
    const call = await this.store.find(id as Call['id']);
    if (!call) throw new Error(`there is no ${id}`);
    return call;
  }
}
