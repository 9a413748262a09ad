/**
 * Where calls are kept: Postgres, on the server of DATABASE_URL or embedded under DATA_DIR. The same tables, the same SQL.
 */
import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { CallStore } from '../core/call/call.store.js';
import { DialPace } from '../core/call/dial-pace.js';
import { IdempotencyStore } from '../core/call/idempotency.store.js';
import { PersonalDataStore } from '../core/call/personal-data.store.js';
import { RecordedCallStore } from '../core/call/recorded-call.store.js';
import { ReplicaStore } from '../core/call/replica.store.js';
import { StreamTokenStore } from '../core/call/stream-token.store.js';
import type { Clock } from '../core/clock.js';
import { ReconciliationStore } from '../core/cost/reconciliation.js';
import { UsageStore } from '../core/cost/usage.store.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER, BACKGROUND_CLOCK } from '../ops/tokens.js';
import { DeliveryStore } from '../core/webhook/delivery.store.js';
import { Database } from './database.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded/embedded-postgres.js';
import { migrateDatabase } from './migrate.js';
import { PostgresCallStore } from './postgres.call-store.js';
import { PostgresDeliveryStore } from './postgres.delivery-store.js';
import { PostgresDialPace } from './postgres.dial-pace.js';
import { PostgresIdempotencyStore } from './postgres.idempotency-store.js';
import { PostgresRecordedCallStore } from './postgres.recorded-call-store.js';
import { PostgresPersonalDataStore } from './postgres.personal-data-store.js';
import { PostgresReconciliationStore } from './postgres.reconciliation-store.js';
import { PostgresReplicaStore } from './postgres.replica-store.js';
import { PostgresStreamTokenStore } from './postgres.stream-token-store.js';
import { PostgresUsageStore } from './postgres.usage-store.js';
import { thisReplica, type ReplicaIdentity } from './replica-id.js';

/** A server that is started together with the service takes some seconds; one that is not there by then is a mistake. */
const SERVER_PATIENCE_MS = 30_000;

const EMBEDDED = Symbol('embedded Postgres');
const DATABASE_ADDRESS = Symbol('address of the database');
const THIS_REPLICA = Symbol('this replica');

@Global()
@Module({
  providers: [
    { provide: THIS_REPLICA, useFactory: thisReplica },
    {
      provide: EMBEDDED,
      inject: [Environment, APP_LOGGER],
      useFactory: ({ DATABASE_URL, DATA_DIR }: Environment, logger: AppLogger) =>
        DATABASE_URL === undefined
          ? startEmbeddedPostgres({
              dataDir: DATA_DIR,
              log: (message, detail) => logger.info(detail ?? {}, message),
            })
          : undefined,
    },
    {
      provide: DATABASE_ADDRESS,
      inject: [Environment, EMBEDDED],
      useFactory: async ({ DATABASE_URL }: Environment, embedded?: EmbeddedPostgres) => {
        const url = DATABASE_URL ?? embedded?.url ?? '';
        await migrateDatabase(url, SERVER_PATIENCE_MS);
        return url;
      },
    },
    {
      provide: Database,
      inject: [DATABASE_ADDRESS, BACKGROUND_CLOCK, APP_LOGGER],
      useFactory: (url: string, clock: Clock, logger: AppLogger) => new Database({ url, clock, logger }),
    },
    {
      provide: CallStore,
      inject: [Database, THIS_REPLICA],
      useFactory: (database: Database, { id }: ReplicaIdentity) => new PostgresCallStore(database, id),
    },
    {
      provide: RecordedCallStore,
      inject: [Database],
      useFactory: (database: Database) => new PostgresRecordedCallStore(database),
    },
    {
      provide: PersonalDataStore,
      inject: [Database],
      useFactory: (database: Database) => new PostgresPersonalDataStore(database),
    },
    {
      provide: ReconciliationStore,
      inject: [Database],
      useFactory: (database: Database) => new PostgresReconciliationStore(database),
    },
    {
      provide: UsageStore,
      inject: [Database],
      useFactory: (database: Database) => new PostgresUsageStore(database),
    },
    {
      provide: ReplicaStore,
      inject: [Database, THIS_REPLICA],
      useFactory: (database: Database, self: ReplicaIdentity) => new PostgresReplicaStore(database, self),
    },
    {
      provide: DeliveryStore,
      inject: [Database],
      useFactory: (database: Database) => new PostgresDeliveryStore(database),
    },
    {
      provide: DialPace,
      inject: [Database, Environment],
      useFactory: (database: Database, { TWILIO_ACCOUNT_SID }: Environment) =>
        new PostgresDialPace(database, TWILIO_ACCOUNT_SID),
    },
    {
      provide: IdempotencyStore,
      inject: [Database],
      useFactory: (database: Database) => new PostgresIdempotencyStore(database),
    },
    {
      provide: StreamTokenStore,
      inject: [Database],
      useFactory: (database: Database) => new PostgresStreamTokenStore(database),
    },
  ],
  exports: [
    CallStore,
    PersonalDataStore,
    ReconciliationStore,
    RecordedCallStore,
    ReplicaStore,
    UsageStore,
    DeliveryStore,
    DialPace,
    IdempotencyStore,
    StreamTokenStore,
  ],
})
export class PersistenceModule implements OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    @Inject(EMBEDDED) private readonly embedded: EmbeddedPostgres | undefined,
  ) {}

  /** After the last call has drained: see media-stream/drain.ts. */
  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
    await this.embedded?.stop();
  }
}
