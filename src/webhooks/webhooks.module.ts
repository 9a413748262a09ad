/**
 * Events of calls posted to others.
 */
import { Module } from '@nestjs/common';
import { WebhookDeliverer } from './webhook-deliverer.js';
import { WebhookMetrics } from './webhook-metrics.js';
import { WebhookPost } from './webhook-post.js';
import { WebhookSender } from './webhook-sender.js';
import { WebhookTargetsModule } from './webhook-targets.module.js';
import { WebhooksController } from './webhooks.controller.js';

@Module({
  imports: [WebhookTargetsModule],
  controllers: [WebhooksController],
  providers: [WebhookDeliverer, WebhookMetrics, WebhookPost, WebhookSender],
})
export class WebhooksModule {}
