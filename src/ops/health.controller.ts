/**
 * Liveness and readiness for whoever runs the container.
 */
import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
} from '@nestjs/terminus';
import { CallStore } from '../core/call/call.store.js';
import { Clock } from '../core/clock.js';
import { Public } from './api-key.guard.js';
import { Readiness } from './readiness.js';

/** Kubernetes and its kin ask every few seconds. */
const STORE_ANSWER_MS = 1000;

@ApiTags('Operation')
@Public()
@Controller()
export class HealthController {
  private storeAnswer: { readonly until: number; readonly isUp: Promise<boolean> } | undefined;

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicator: HealthIndicatorService,
    private readonly store: CallStore,
    private readonly readiness: Readiness,
    private readonly clock: Clock,
  ) {}

  @ApiOperation({ summary: 'The process runs.' })
  @Get('health/live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @ApiOperation({ summary: 'New calls are taken: the store answers and the replica is not draining.' })
  @Get('health/ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      async () => {
        const check = this.indicator.check('store');
        return (await this.isStoreUp()) ? check.up() : check.down('the store does not answer');
      },
      () => {
        const check = this.indicator.check('traffic');
        return this.readiness.isDraining ? check.down('this replica is shutting down') : check.up();
      },
    ]);
  }

  /** Anybody may ask for it, however often, and the store is asked once a second at most. */
  private isStoreUp(): Promise<boolean> {
    const now = this.clock.now();
    if (this.storeAnswer && now < this.storeAnswer.until) return this.storeAnswer.isUp;
    const isUp = this.store.check().then(
      () => true,
      () => false,
    );
    this.storeAnswer = { until: now + STORE_ANSWER_MS, isUp };
    return isUp;
  }
}
