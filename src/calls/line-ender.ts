/**
 * Hangs up the line once the end of a call is decided, where the carrier does not know it yet.
 */
import { Inject, Injectable } from '@nestjs/common';
import { isFinal, type Call, type EndReason } from '../core/call/call.js';
import { Carrier } from '../core/call/carrier.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { CallFeed } from './call-feed.js';

/** The line hangs up by itself, or has words left to hear: `/twiml/next` speaks them when the stream closes. */
const ENDS_BY_ITSELF: ReadonlySet<EndReason> = new Set([
  'caller-hung-up',
  'agent-failed',
  'stream-failed',
  'carrier-failed',
  'transferred',
]);

@Injectable()
export class LineEnder {
  constructor(
    feed: CallFeed,
    private readonly carrier: Carrier,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    feed.subscribe((news) => {
      if (news.type !== 'changed') return;
      const decidedNow = news.before.endReason === null && news.call.endReason !== null;
      const acceptedLate = news.event.type === 'carrier.accepted' && news.call.endReason !== null;
      if (decidedNow || acceptedLate) this.hangUp(news.call);
    });
  }

  private hangUp({ id, status, direction, twilioCallSid, endReason, times }: Call): void {
    if (twilioCallSid === null || endReason === null || isFinal(status)) return;
    const hearsWords = times.answeredAt !== null || direction === 'inbound';
    if (hearsWords && ENDS_BY_ITSELF.has(endReason)) return;
    this.carrier.hangUp(twilioCallSid).catch((error: unknown) => {
      // The watch asks again; the record ends either way.
      this.logger.warn({ callId: id, err: error }, 'hanging up failed');
    });
  }
}
