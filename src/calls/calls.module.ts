/**
 * Calls: placing, keeping, watching and ending them. Others may use the service, the journal and the feed.
 */
import { Module } from '@nestjs/common';
import { Carrier } from '../core/call/carrier.js';
import { Admission } from './admission.js';
import { CallFeed } from './call-feed.js';
import { CallJournal } from './call-journal.js';
import { CallMetrics } from './call-metrics.js';
import { CallPauses } from './call-pauses.js';
import { CallWatch } from './call-watch.js';
import { CallsController } from './calls.controller.js';
import { CallsService } from './calls.service.js';
import { DialTurns } from './dial-turns.js';
import { Dialer } from './dialer.js';
import { Idempotency } from './idempotency.js';
import { LifeSigns } from './life-signs.js';
import { LineEnder } from './line-ender.js';
import { PlacementSearch } from './placement-search.js';
import { Recovery } from './recovery.js';
import { StreamTokens } from './stream-tokens.js';
import { TwilioCarrier } from './twilio.carrier.js';

@Module({
  controllers: [CallsController],
  providers: [
    Admission,
    CallFeed,
    CallJournal,
    CallMetrics,
    CallPauses,
    CallWatch,
    CallsService,
    DialTurns,
    Dialer,
    Idempotency,
    LifeSigns,
    LineEnder,
    PlacementSearch,
    Recovery,
    StreamTokens,
    { provide: Carrier, useClass: TwilioCarrier },
  ],
  exports: [CallsService, CallJournal, CallFeed, Admission, Carrier, StreamTokens],
})
export class CallsModule {}
