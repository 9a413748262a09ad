/**
 * Shows the other replicas that this one lives, and looks after the calls of those that do not.
 */
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { ReplicaStore } from '../core/call/replica.store.js';
import type { Cancel, Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER, BACKGROUND_CLOCK } from '../ops/tokens.js';
import { Recovery } from './recovery.js';

/** Signs of life within one time limit, so that one or two may be lost. */
const BEATS_PER_TIMEOUT = 5;

@Injectable()
export class LifeSigns implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly timeoutSeconds: number;
  private cancel: Cancel | undefined;
  private isOver = false;

  constructor(
    environment: Environment,
    private readonly replicas: ReplicaStore,
    private readonly recovery: Recovery,
    @Inject(BACKGROUND_CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    this.timeoutSeconds = environment.REPLICA_TIMEOUT_SECONDS;
  }

  /** Before the first request is taken: a callback about a call of a process that is gone finds its true cause on record. */
  async onApplicationBootstrap(): Promise<void> {
    await this.lookAround();
    this.schedule();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isOver = true;
    this.cancel?.();
    // With the store away, the time limit says the same, only later.
    await this.replicas.leave().catch(() => undefined);
  }

  private async lookAround(): Promise<void> {
    await this.replicas.beat();
    await this.recovery.take(await this.replicas.takeOver(this.timeoutSeconds));
  }

  private schedule(): void {
    if (this.isOver) return;
    this.cancel = this.clock.after((this.timeoutSeconds * 1000) / BEATS_PER_TIMEOUT, () => {
      this.lookAround()
        .catch((error: unknown) => {
          if (error instanceof CordboardError && error.code === 'store-away') return;
          this.logger.error({ err: error }, 'looking after the calls of other replicas failed');
        })
        .finally(() => {
          this.schedule();
        });
    });
  }
}
