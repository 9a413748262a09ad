/**
 * The conversations that this process carries: ends one when its call is over, counts their frames, and lets them finish
 * before the process does.
 */
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Admission } from '../calls/admission.js';
import { CallFeed } from '../calls/call-feed.js';
import { CallJournal } from '../calls/call-journal.js';
import { Environment } from '../config/environment.js';
import type { BridgeCounters } from '../core/bridge/bridge-facts.js';
import type { BridgeSession } from '../core/bridge/bridge-session.js';
import { isFinal } from '../core/call/call.js';
import { Clock } from '../core/clock.js';
import type { CallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import { Metrics } from '../ops/metrics.js';
import { Readiness } from '../ops/readiness.js';
import { APP_LOGGER } from '../ops/tokens.js';

/** After the patience is over, lines get this long to hear that they are hung up. */
const LAST_GRACE_MS = 5000;

@Injectable()
export class LiveSessions implements BeforeApplicationShutdown {
  private readonly sessions = new Map<CallId, BridgeSession>();
  private drained: (() => void) | undefined;

  constructor(
    private readonly environment: Environment,
    feed: CallFeed,
    private readonly journal: CallJournal,
    private readonly admission: Admission,
    private readonly readiness: Readiness,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    metrics.gauge('sessions_live', 'Conversations that this process carries now.', () => this.sessions.size);
    feed.subscribe((news) => {
      if (news.type !== 'changed') return;
      const { endReason, failure, id, status } = news.call;
      if (endReason !== null) this.sessions.get(id)?.end(endReason, failure ?? undefined);
      if (isFinal(status) && this.admission.liveCalls === 0) this.drained?.();
    });
  }

  get size(): number {
    return this.sessions.size;
  }

  add(id: CallId, session: BridgeSession): void {
    this.sessions.set(id, session);
  }

  remove(id: CallId): void {
    const session = this.sessions.get(id);
    if (!session) return;
    this.sessions.delete(id);
    this.count(session.counters);
  }

  /** New calls are refused from here on; live ones go on until they end or the patience does. */
  async beforeApplicationShutdown(): Promise<void> {
    this.readiness.beginDraining();
    if (this.admission.liveCalls === 0) return;
    this.logger.warn({ liveCalls: this.admission.liveCalls }, 'shutting down: waiting for live calls');
    if (await this.untilDrained(this.environment.DRAIN_TIMEOUT_SECONDS * 1000)) return;
    this.logger.warn(
      { liveCalls: this.admission.liveCalls },
      'shutting down: ending the calls that are left',
    );
    const left = this.admission.heldCalls();
    await Promise.all(
      left.map((id) => this.journal.apply(id, { type: 'end.decided', reason: 'shutting-down' })),
    );
    await this.untilDrained(LAST_GRACE_MS);
  }

  private untilDrained(ms: number): Promise<boolean> {
    if (this.admission.liveCalls === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const cancel = this.clock.after(ms, () => resolve(false));
      this.drained = () => {
        cancel();
        resolve(true);
      };
    });
  }

  private count(counters: BridgeCounters): void {
    this.metrics.callerFrames.inc(counters.callerFrames);
    this.metrics.agentFrames.inc(counters.agentFrames);
    this.metrics.heldFramesDropped.inc(counters.heldFramesDropped);
    this.metrics.staleFramesDropped.inc(counters.staleFramesDropped);
  }
}
