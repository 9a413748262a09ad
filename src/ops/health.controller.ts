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
import { Public } from './api-key.guard.js';
import { Readiness } from './readiness.js';

@ApiTags('Operation')
@Public()
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicator: HealthIndicatorService,
    private readonly store: CallStore,
    private readonly readiness: Readiness,
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
        try {
          await this.store.check();
          return check.up();
        } catch {
          return check.down('the store does not answer');
        }
      },
      () => {
        const check = this.indicator.check('traffic');
        return this.readiness.isDraining ? check.down('this replica is shutting down') : check.up();
      },
    ]);
  }
}
