/**
 * Looks after the calls of a sibling at once when its parent has seen it die, instead of at the next sign of life.
 */
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { AppLogger } from '../ops/logger.js';
import { Readiness } from '../ops/readiness.js';
import { Siblings } from '../ops/siblings.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { Recovery } from './recovery.js';

@Injectable()
export class LostSiblings implements OnApplicationBootstrap {
  constructor(
    private readonly environment: Environment,
    private readonly siblings: Siblings,
    private readonly recovery: Recovery,
    private readonly readiness: Readiness,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.siblings.onLost(() => {
      // One that drains takes nothing more.
      if (this.readiness.isDraining) return;
      this.recovery
        .lookAround(this.environment.REPLICA_TIMEOUT_SECONDS, false)
        .catch((error: unknown) =>
          this.logger.warn(
            { err: error },
            'looking after the calls of a worker that is gone failed; later again',
          ),
        );
    });
  }
}
