/**
 * Calls: placing, keeping, watching and ending them. Others may use the service, the journal and the feed.
 */
import { Module } from '@nestjs/common';
import { Carrier } from '../core/call/carrier.js';
import { Admission } from './admission.js';
import { CallEntrance } from './call-entrance.js';
import { CallLimits } from './call-limits.js';
import { CallFeed } from './call-feed.js';
import { CallJournal } from './call-journal.js';
import { CallMetrics } from './call-metrics.js';
import { CallPauses } from './call-pauses.js';
import { CallViews } from './call-views.js';
import { CallWatch } from './call-watch.js';
import { CallsController } from './calls.controller.js';
import { CallsService } from './calls.service.js';
import { CostRates } from './cost-rates.js';
import { Destinations } from './destinations.js';
import { DialGuard } from './dial-guard.js';
import { DialTurns } from './dial-turns.js';
import { Dialer } from './dialer.js';
import { Idempotency } from './idempotency.js';
import { LifeSigns } from './life-signs.js';
import { LineEnder } from './line-ender.js';
import { LostSiblings } from './lost-siblings.js';
import { NewCalls } from './new-calls.js';
import { PlacementSearch } from './placement-search.js';
import { Recovery } from './recovery.js';
import { SpendingGuard } from './spending-guard.js';
import { StreamTokens } from './stream-tokens.js';
import { TransferDoor } from './transfer-door.js';
import { Transfers } from './transfers.js';
import { TwilioCarrier } from './twilio.carrier.js';

@Module({
  controllers: [CallsController],
  providers: [
    Admission,
    CallEntrance,
    CallFeed,
    CallLimits,
    CallJournal,
    CallMetrics,
    CallPauses,
    CallViews,
    CallWatch,
    CallsService,
    CostRates,
    Destinations,
    DialGuard,
    DialTurns,
    Dialer,
    Idempotency,
    LifeSigns,
    LineEnder,
    LostSiblings,
    NewCalls,
    PlacementSearch,
    Recovery,
    SpendingGuard,
    StreamTokens,
    TransferDoor,
    Transfers,
    { provide: Carrier, useClass: TwilioCarrier },
  ],
  exports: [
    CallsService,
    CallViews,
    CallJournal,
    CallFeed,
    Admission,
    Carrier,
    StreamTokens,
    CostRates,
    SpendingGuard,
    Transfers,
  ],
})
export class CallsModule {}
