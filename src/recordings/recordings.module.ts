/**
 * Recordings of calls: made here from the media that is relayed, or by Twilio; offered, kept and deleted the same way.
 */
import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { CarrierRecordings } from '../core/call/carrier-recordings.js';
import { TwimlModule } from '../twiml/twiml.module.js';
import { CarrierRecorder } from './carrier-recorder.js';
import { Recorders } from './recorders.js';
import { RecordingCallbackController } from './recording-callback.controller.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingLedger } from './recording-ledger.js';
import { RecordingMender } from './recording-mender.js';
import { RecordingMetrics } from './recording-metrics.js';
import { RecordingRetention } from './recording-retention.js';
import { RecordingSweep } from './recording-sweep.js';
import { RecordingsController } from './recordings.controller.js';
import { RecordingsService } from './recordings.service.js';
import { TwilioRecordings } from './twilio-recordings.js';

@Module({
  imports: [CallsModule, TwimlModule],
  controllers: [RecordingsController, RecordingCallbackController],
  providers: [
    CarrierRecorder,
    Recorders,
    RecordingFiles,
    RecordingLedger,
    RecordingMender,
    RecordingMetrics,
    RecordingRetention,
    RecordingSweep,
    RecordingsService,
    { provide: CarrierRecordings, useClass: TwilioRecordings },
  ],
  exports: [Recorders, RecordingsService],
})
export class RecordingsModule {}
