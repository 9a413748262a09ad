/**
 * Shows the other replicas that this one lives, and looks after the calls of those that do not.
 */
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { ReplicaStore } from '../core/call/replica.store.js';
import type { Cancel, Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';
import type { AppLogger } from '../ops/logger.js';
import { Readiness } from '../ops/readiness.js';
import { APP_LOGGER, BACKGROUND_CLOCK } from '../ops/tokens.js';
import { Recovery } from './recovery.js';

/** Signs of life within one time limit, so that one or two may be lost. */
const BEATS_PER_TIMEOUT = 5;

@Injectable()
export class LifeSigns implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly timeoutSeconds: number;
  private cancel: Cancel | undefined;
  private isOver = false;
  /** Since when every sign of life of this replica has arrived. */
  private steadySince: number | undefined;

  constructor(
    environment: Environment,
    private readonly replicas: ReplicaStore,
    private readonly recovery: Recovery,
    private readonly readiness: Readiness,
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

  /**
   * After an outage the first to be back finds all others silent: nobody is taken for dead before this replica itself has had a
   * connection for as long as the others are given. While draining, it only shows that it lives.
   */
  private async lookAround(): Promise<void> {
    try {
      await this.replicas.beat();
    } catch (error) {
      this.steadySince = undefined;
      throw error;
    }
    this.steadySince ??= this.clock.now();
    if (this.readiness.isDraining) return;
    const isSteady = this.clock.now() - this.steadySince >= this.timeoutSeconds * 1000;
    await this.recovery.lookAround(this.timeoutSeconds, isSteady);
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
