/**
 * Writes down what a session tells: states on the record of the call, everything else as news.
 */
import { Inject, Injectable } from '@nestjs/common';
import { CallFeed } from '../calls/call-feed.js';
import { CallJournal } from '../calls/call-journal.js';
import type { BridgeFact } from '../core/bridge/bridge-facts.js';
import { ReplicaStore } from '../core/call/replica.store.js';
import { entriesOfFact } from '../core/call/timeline.js';
import { Clock } from '../core/clock.js';
import type { CallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { joinVariables } from './call-variables.js';
import type { Admitted } from './stream-door.js';

@Injectable()
export class FactWriter {
  constructor(
    private readonly journal: CallJournal,
    private readonly feed: CallFeed,
    private readonly clock: Clock,
    private readonly replicas: ReplicaStore,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** Never rejects: a session goes on whatever the record does. */
  async write(admitted: Admitted, fact: BridgeFact): Promise<void> {
    const { id } = admitted.call;
    this.feed.publish({ type: 'conversation', callId: id, fact });
    try {
      await Promise.all([
        this.journal.note(id, entriesOfFact(fact, this.clock.now())),
        this.writeEvent(admitted, fact),
      ]);
    } catch (error) {
      this.logger.error({ callId: id, fact: fact.type, err: error }, 'a fact of a call could not be written');
    }
  }

  private async writeEvent({ call, query }: Admitted, fact: BridgeFact): Promise<void> {
    const { id } = call;
    switch (fact.type) {
      case 'line-started': {
        const { streamSid, carrierCallSid, customParameters } = fact.start;
        const variables = joinVariables(call, query, customParameters);
        this.own(id);
        // At once, so that they are one write.
        await Promise.all([
          this.journal.apply(id, {
            type: 'carrier.progressed',
            status: 'in-progress',
            twilioCallSid: carrierCallSid,
          }),
          this.journal.apply(id, { type: 'stream.started', streamSid, variables }),
        ]);
        break;
      }
      case 'agent-ready': {
        await this.journal.apply(id, { type: 'agent.ready', conversationId: fact.conversationId });
        break;
      }
      case 'first-audio': {
        await this.journal.apply(id, { type: 'agent.heard-first' });
        break;
      }
      case 'ended': {
        const { reason, failure } = fact;
        await this.journal.apply(id, {
          type: 'end.decided',
          reason,
          ofStream: true,
          ...(failure ? { failure } : {}),
        });
        break;
      }
      default: {
        // Words, digits, tools and interruptions are entries of the timeline, not states of the call.
      }
    }
  }

  /** Whoever has the line answers for the call: should this process die, the others know by it that the conversation did. */
  private own(id: CallId): void {
    this.replicas.own(id).catch((error: unknown) => {
      this.logger.warn({ callId: id, err: error }, 'the replica of a call could not be written');
    });
  }
}
