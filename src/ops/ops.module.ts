/**
 * What every feature needs to be run and watched: logger, clock, metrics, readiness, the door of the API.
 */
import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { Environment } from '../config/environment.js';
import { Clock } from '../core/clock.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { ErrorFilter } from './error.filter.js';
import { HealthController } from './health.controller.js';
import { createLogger } from './logger.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';
import { SystemClock } from './system-clock.js';
import { APP_LOGGER, BACKGROUND_CLOCK } from './tokens.js';

@Global()
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController, MetricsController],
  providers: [
    Metrics,
    Readiness,
    SystemClock,
    { provide: Clock, useExisting: SystemClock },
    { provide: BACKGROUND_CLOCK, useFactory: () => new SystemClock() },
    {
      provide: APP_LOGGER,
      inject: [Environment],
      useFactory: (env: Environment) => createLogger(env.LOG_LEVEL),
    },
    { provide: APP_GUARD, useClass: ApiKeyGuard },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
  exports: [Metrics, Readiness, Clock, SystemClock, APP_LOGGER, BACKGROUND_CLOCK],
})
export class OpsModule {}
