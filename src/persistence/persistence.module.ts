/**
 * Where calls are kept: Postgres, on the server of DATABASE_URL or embedded under DATA_DIR. The same tables, the same SQL.
 */
import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { CallStore } from '../core/call/call.store.js';
import { CommandStore } from '../core/call/command.store.js';
import { DialPace } from '../core/call/dial-pace.js';
import { IdempotencyStore } from '../core/call/idempotency.store.js';
import { PersonalDataStore } from '../core/call/personal-data.store.js';
import { RecordedCallStore } from '../core/call/recorded-call.store.js';
import { ReplicaStore } from '../core/call/replica.store.js';
import { StreamTokenStore } from '../core/call/stream-token.store.js';
import type { Clock } from '../core/clock.js';
import { ReconciliationStore } from '../core/cost/reconciliation.js';
import { TransferStore } from '../core/call/transfer.store.js';
import { UsageStore } from '../core/cost/usage.store.js';
import type { AppLogger } from '../ops/logger.js';
import { Siblings } from '../ops/siblings.js';
import { APP_LOGGER, BACKGROUND_CLOCK } from '../ops/tokens.js';
import { DeliveryStore } from '../core/webhook/delivery.store.js';
import { Database } from './database.js';
import { PostgresCallStore } from './postgres.call-store.js';
import { PostgresCommandStore } from './postgres.command-store.js';
import { PostgresDeliveryStore } from './postgres.delivery-store.js';
import { PostgresDialPace } from './postgres.dial-pace.js';
import { PostgresIdempotencyStore } from './postgres.idempotency-store.js';
import { PostgresRecordedCallStore } from './postgres.recorded-call-store.js';
import { PostgresPersonalDataStore } from './postgres.personal-data-store.js';
import { PostgresReconciliationStore } from './postgres.reconciliation-store.js';
import { PostgresReplicaStore } from './postgres.replica-store.js';
import { PostgresStreamTokenStore } from './postgres.stream-token-store.js';
import { PostgresTransferStore } from './postgres.transfer-store.js';
import { PostgresUsageStore } from './postgres.usage-store.js';
import { thisReplica, type ReplicaIdentity } from './replica-id.js';
import { openStoreServer, serverOfOthers, type StoreServer } from './store-server.js';

const STORE_SERVER = Symbol('server of the store');
const THIS_REPLICA = Symbol('this replica');

@Global()
@Module({
  providers: [
    { provide: THIS_REPLICA, useFactory: thisReplica },
    {
      provide: STORE_SERVER,
      inject: [Environment, APP_LOGGER, Siblings],
      // Of several workers none opens it: their parent has done so, and hands over its address as DATABASE_URL.
      useFactory: (environment: Environment, logger: AppLogger, { number }: Siblings) =>
        number === undefined
          ? openStoreServer(environment, logger)
          : serverOfOthers(environment.DATABASE_URL ?? ''),
    },
    {
      provide: Database,
      inject: [STORE_SERVER, BACKGROUND_CLOCK, APP_LOGGER],
      useFactory: ({ url }: StoreServer, clock: Clock, logger: AppLogger) =>
        new Database({ url, clock, logger }),
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
    {
      provide: CommandStore,
      inject: [Database, BACKGROUND_CLOCK, APP_LOGGER],
      useFactory: (database: Database, clock: Clock, logger: AppLogger) =>
        new PostgresCommandStore(database, clock, logger),
    },
    {
      provide: TransferStore,
      inject: [Database],
      useFactory: (database: Database) => new PostgresTransferStore(database),
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
    TransferStore,
    CommandStore,
  ],
})
export class PersistenceModule implements OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    @Inject(STORE_SERVER) private readonly server: StoreServer,
  ) {}

  /** After the last call has drained: see media-stream/drain.ts. */
  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
    await this.server.stop();
  }
}
