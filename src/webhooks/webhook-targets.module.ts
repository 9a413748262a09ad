/**
 * The check of addresses for whoever places calls and may not know this feature: global, so that it is asked for by its port. A
 * module of its own, because global modules stop last, and the sender has to stop before the store.
 */
import { Global, Module } from '@nestjs/common';
import { WebhookTargets } from '../core/webhook/webhook-targets.js';
import { CheckedTargets } from './checked-targets.js';

@Global()
@Module({
  providers: [{ provide: WebhookTargets, useClass: CheckedTargets }],
  exports: [WebhookTargets],
})
export class WebhookTargetsModule {}
