/**
 * Answers Twilio over HTTP. Others may check Twilio's signature.
 */
import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { TwilioSignature } from './twilio-signature.js';
import { TwilioSignatureGuard } from './twilio-signature.guard.js';
import { TransferController } from './transfer.controller.js';
import { LineDocuments } from './line-documents.js';
import { TransferTwimlService } from './transfer-twiml.service.js';
import { TwimlController } from './twiml.controller.js';
import { TwimlService } from './twiml.service.js';

@Module({
  imports: [CallsModule],
  controllers: [TwimlController, TransferController],
  providers: [LineDocuments, TwimlService, TransferTwimlService, TwilioSignature, TwilioSignatureGuard],
  exports: [TwilioSignature],
})
export class TwimlModule {}
