/**
 * What a session is told of the call that it belongs to: its variables, its overrides, why it begins, and what its tools may know and do.
 */
import { Inject, Injectable } from '@nestjs/common';
import { CallJournal } from '../calls/call-journal.js';
import { Transfers } from '../calls/transfers.js';
import { Environment } from '../config/environment.js';
import type { BridgeParts } from '../core/bridge/bridge-parts.js';
import { BY_FALLBACK } from '../core/call/transfer.js';
import type { CallId } from '../core/ids.js';
import { ToolRunner } from '../core/tool/tool.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { joinVariables, lineVariables, noteOf } from './call-variables.js';
import type { Admitted } from './stream-door.js';

type PartsOfCall = Pick<
  BridgeParts,
  'tools' | 'overrides' | 'before' | 'handToPerson' | 'toolContext' | 'variablesAt'
>;

/** What the person hears alone. */
const NO_AGENT = 'The assistant of this call is not available. The caller is put through to you.';

@Injectable()
export class CallSide {
  constructor(
    private readonly tools: ToolRunner,
    private readonly transfers: Transfers,
    private readonly journal: CallJournal,
    private readonly environment: Environment,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  partsOf({ call, query, events }: Admitted): PartsOfCall {
    const { id: callId, agentId, direction, to, from } = call;
    const note = noteOf(call);
    const number = this.environment.FALLBACK_NUMBER;
    return {
      tools: this.tools,
      overrides: call.overrides,
      before: note === undefined ? undefined : { events, note },
      handToPerson: number === undefined ? undefined : () => this.handTo(number, callId),
      toolContext: {
        callId,
        agentId,
        direction,
        to,
        from,
        transferCall: async (request) => void (await this.transfers.begin(callId, request)),
      },
      variablesAt: (start) => ({
        ...lineVariables(call),
        ...joinVariables(call, query, start.customParameters),
      }),
    };
  }

  private async handTo(to: string, callId: CallId): Promise<void> {
    try {
      // What the session told a moment ago, such as that the line is there, goes on record first.
      await this.journal.current(callId);
      await this.transfers.begin(callId, { to, mode: 'cold', summary: NO_AGENT, by: BY_FALLBACK });
    } catch (error) {
      this.logger.error({ callId, err: error }, 'nobody could be rung in place of the agent');
      throw error;
    }
  }
}
