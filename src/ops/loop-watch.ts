/**
 * Watches how busy the event loop is, and stops this replica from taking calls while it is saturated. The figure is Node's own account of
 * the time that the loop did not wait, so nothing runs per frame for it.
 */
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { Environment } from '../config/environment.js';
import { Clock, type Cancel } from '../core/clock.js';
import { LoopLoad } from '../core/loop-load.js';
import type { AppLogger } from './logger.js';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';
import { APP_LOGGER, BACKGROUND_CLOCK } from './tokens.js';

const EVERY_MS = 1000;

@Injectable()
export class LoopWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly load: LoopLoad;
  private before = performance.eventLoopUtilization();
  private cancel: Cancel | undefined;

  constructor(
    environment: Environment,
    private readonly readiness: Readiness,
    metrics: Metrics,
    @Inject(BACKGROUND_CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    this.load = new LoopLoad(environment.MAX_LOOP_BUSY_PERCENT / 100);
    const help = 'Share of the last five seconds in which the event loop worked.';
    metrics.gauge('event_loop_busy_ratio', help, () => this.load.busy, 'max');
  }

  /** What the start needs is not counted. */
  onApplicationBootstrap(): void {
    this.before = performance.eventLoopUtilization();
    this.cancel = this.clock.after(EVERY_MS, () => this.look());
  }

  onApplicationShutdown(): void {
    this.cancel?.();
  }

  private look(): void {
    const now = performance.eventLoopUtilization();
    this.load.wasBusy(performance.eventLoopUtilization(now, this.before).utilization);
    this.before = now;
    this.tell(this.load.isSaturated);
    this.cancel = this.clock.after(EVERY_MS, () => this.look());
  }

  private tell(isSaturated: boolean): void {
    if (isSaturated === this.readiness.isSaturated) return;
    this.readiness.isSaturated = isSaturated;
    const busyPercent = Math.round(this.load.busy * 100);
    if (isSaturated) this.logger.warn({ busyPercent }, 'saturated: new calls are refused');
    else this.logger.info({ busyPercent }, 'not saturated any more: calls are taken again');
  }
}
