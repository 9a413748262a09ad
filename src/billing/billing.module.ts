/**
 * What calls cost: asked of the vendors, told by ElevenLabs' webhook, added up for the outside.
 */
import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { CarrierPrices } from '../core/cost/carrier-prices.js';
import { Conversations } from '../core/cost/conversations.js';
import { BillingMetrics } from './billing-metrics.js';
import { CostInquiry } from './cost-inquiry.js';
import { CostLedger } from './cost-ledger.js';
import { ElevenLabsConversations } from './elevenlabs-conversations.js';
import { ElevenLabsWebhookController } from './elevenlabs-webhook.controller.js';
import { PostCallInbox } from './post-call-inbox.js';
import { Reconciler } from './reconciler.js';
import { SignedBodies } from './signed-bodies.js';
import { TwilioPrices } from './twilio-prices.js';
import { UsageController } from './usage.controller.js';
import { UsageService } from './usage.service.js';

@Module({
  imports: [CallsModule],
  controllers: [UsageController, ElevenLabsWebhookController],
  providers: [
    BillingMetrics,
    CostInquiry,
    CostLedger,
    PostCallInbox,
    Reconciler,
    SignedBodies,
    UsageService,
    { provide: CarrierPrices, useClass: TwilioPrices },
    { provide: Conversations, useClass: ElevenLabsConversations },
  ],
  exports: [Conversations],
})
export class BillingModule {}
