/**
 * What every feature needs to be run and watched: logger, clock, metrics, readiness, the door of the API.
 */
import { Global, Module, type DynamicModule, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { Environment } from '../config/environment.js';
import { Clock } from '../core/clock.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeys } from './api-keys.js';
import { ErrorFilter } from './error.filter.js';
import { HealthController } from './health.controller.js';
import { createLogger } from './logger.js';
import { LoopWatch } from './loop-watch.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';
import { rateLimitByKey } from './rate-limit.js';
import { Readiness } from './readiness.js';
import { NoSiblings, Siblings } from './siblings.js';
import { SystemClock } from './system-clock.js';
import { APP_LOGGER, BACKGROUND_CLOCK } from './tokens.js';

@Global()
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController, MetricsController],
  providers: [
    ApiKeys,
    LoopWatch,
    Metrics,
    Readiness,
    SystemClock,
    { provide: Siblings, useClass: NoSiblings },
    { provide: Clock, useExisting: SystemClock },
    { provide: BACKGROUND_CLOCK, useFactory: () => new SystemClock() },
    {
      provide: APP_LOGGER,
      inject: [Environment, Siblings],
      useFactory: ({ LOG_LEVEL }: Environment, { number }: Siblings) =>
        createLogger(LOG_LEVEL, { worker: number }),
    },
    { provide: APP_GUARD, useClass: ApiKeyGuard },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
  exports: [ApiKeys, Metrics, Readiness, Siblings, Clock, SystemClock, APP_LOGGER, BACKGROUND_CLOCK],
})
export class OpsModule implements NestModule {
  constructor(
    private readonly environment: Environment,
    private readonly keys: ApiKeys,
    private readonly metrics: Metrics,
  ) {}

  /** Where this process is one of several. */
  static beside(siblings: Siblings): DynamicModule {
    return { module: OpsModule, providers: [{ provide: Siblings, useValue: siblings }] };
  }

  configure(consumer: MiddlewareConsumer): void {
    const limit = rateLimitByKey(this.environment.API_REQUESTS_PER_MINUTE, this.keys, this.metrics);
    consumer.apply(limit).forRoutes('{*path}');
  }
}
