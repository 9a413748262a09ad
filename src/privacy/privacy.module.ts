/**
 * What is kept about people, and for how long.
 */
import { Module } from '@nestjs/common';
import { BillingModule } from '../billing/billing.module.js';
import { CallsModule } from '../calls/calls.module.js';
import { RecordingsModule } from '../recordings/recordings.module.js';
import { DataRetention } from './data-retention.js';
import { ErasuresController } from './erasures.controller.js';
import { ErasuresService } from './erasures.service.js';

@Module({
  imports: [CallsModule, RecordingsModule, BillingModule],
  controllers: [ErasuresController],
  providers: [DataRetention, ErasuresService],
})
export class PrivacyModule {}
