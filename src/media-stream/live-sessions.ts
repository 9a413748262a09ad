/**
 * The conversations that this process carries: ends one when its call is over, and counts their frames.
 */
import { Injectable } from '@nestjs/common';
import { CallFeed } from '../calls/call-feed.js';
import type { BridgeSession } from '../core/bridge/bridge-session.js';
import { isAway } from '../core/call/transfer.js';
import type { CallId } from '../core/ids.js';
import { Metrics } from '../ops/metrics.js';

@Injectable()
export class LiveSessions {
  private readonly sessions = new Map<CallId, BridgeSession>();

  constructor(
    feed: CallFeed,
    private readonly metrics: Metrics,
  ) {
    metrics.gauge('sessions_live', 'Conversations that this process carries now.', () => this.sessions.size);
    feed.subscribe((news) => {
      if (news.type !== 'changed' && news.type !== 'refreshed') return;
      const { endReason, failure, id } = news.call;
      const session = this.sessions.get(id);
      if (session) session.isLeaving = isAway(news.call);
      if (endReason !== null) session?.end(endReason, failure ?? undefined);
    });
  }

  add(id: CallId, session: BridgeSession): void {
    this.sessions.set(id, session);
  }

  get(id: CallId): BridgeSession | undefined {
    return this.sessions.get(id);
  }

  has(id: CallId): boolean {
    return this.sessions.has(id);
  }

  remove(id: CallId): void {
    const session = this.sessions.get(id);
    if (!session) return;
    this.sessions.delete(id);
    const { callerFrames, agentFrames, heldFramesDropped, staleFramesDropped } = session.counters;
    this.metrics.callerFrames.inc(callerFrames);
    this.metrics.agentFrames.inc(agentFrames);
    this.metrics.heldFramesDropped.inc(heldFramesDropped);
    this.metrics.staleFramesDropped.inc(staleFramesDropped);
  }

  /** A message of a line that was not as it should be; the call goes on. */
  countOddity(kind: string): void {
    this.metrics.wireOddities.inc({ vendor: 'twilio', kind });
  }
}
