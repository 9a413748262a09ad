/**
 * Gets the agent ready while the phone rings, stops the ringing when there is no agent to talk to, and connects to it while Twilio opens
 * the stream.
 */
import { Inject, Injectable } from '@nestjs/common';
import { CallFeed, type CallNews } from '../calls/call-feed.js';
import { CallJournal } from '../calls/call-journal.js';
import { Environment } from '../config/environment.js';
import { AgentProvider } from '../core/bridge/legs.js';
import { isFinal, type Call } from '../core/call/call.js';
import { CordboardError } from '../core/errors.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';

@Injectable()
export class WarmStart {
  constructor(
    feed: CallFeed,
    private readonly agents: AgentProvider,
    private readonly journal: CallJournal,
    private readonly environment: Environment,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    feed.subscribe((news) => {
      if (isOver(news)) this.agents.forget(news.call.id);
      else if (isOnItsWay(news)) this.prepare(news.call);
      if (isAnswered(news)) this.agents.expect(news.call.id, news.call.agentId);
    });
  }

  private prepare({ id, agentId, direction }: Call): void {
    this.agents
      .prepare(id, agentId)
      .then(() => {
        // What rings at our number is answered at once.
        if (direction === 'inbound') this.agents.expect(id, agentId);
      })
      .catch((error: unknown) => {
        if (!(error instanceof CordboardError)) throw error;
        if (this.hasFallback(direction)) return undefined;
        const failure = { code: error.code, detail: error.detail };
        return this.journal.apply(id, { type: 'end.decided', reason: 'agent-failed', failure });
      })
      .catch((error: unknown) => this.logger.error({ callId: id, err: error }, 'preparing the agent failed'));
  }

  /** Nobody is rung up to be handed to a person; a caller may well be. */
  private hasFallback(direction: Call['direction']): boolean {
    const { FALLBACK_AGENT_ID, FALLBACK_NUMBER } = this.environment;
    return FALLBACK_AGENT_ID !== undefined || (direction === 'inbound' && FALLBACK_NUMBER !== undefined);
  }
}

function isOver(news: CallNews): news is Extract<CallNews, { type: 'changed' | 'refreshed' }> {
  return (news.type === 'changed' || news.type === 'refreshed') && isFinal(news.call.status);
}

/** From the first moment at which the carrier has the call. */
function isOnItsWay(news: CallNews): news is Extract<CallNews, { type: 'created' | 'changed' }> {
  if (news.type === 'created') return news.call.twilioCallSid !== null;
  if (news.type !== 'changed' || isFinal(news.call.status)) return false;
  return news.before.twilioCallSid === null && news.call.twilioCallSid !== null;
}

function isAnswered(news: CallNews): news is Extract<CallNews, { type: 'changed' }> {
  if (news.type !== 'changed' || isFinal(news.call.status)) return false;
  return news.before.times.answeredAt === null && news.call.times.answeredAt !== null;
}
