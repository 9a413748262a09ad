/**
 * What a session is told of the call that it belongs to: its variables, its overrides, why it begins, and what its tools may know and do.
 */
import { Injectable } from '@nestjs/common';
import { Transfers } from '../calls/transfers.js';
import type { BridgeParts } from '../core/bridge/bridge-parts.js';
import { ToolRunner } from '../core/tool/tool.js';
import { joinVariables, lineVariables, noteOf } from './call-variables.js';
import type { Admitted } from './stream-door.js';

@Injectable()
export class CallSide {
  constructor(
    private readonly tools: ToolRunner,
    private readonly transfers: Transfers,
  ) {}

  partsOf({
    call,
    query,
  }: Admitted): Pick<BridgeParts, 'tools' | 'overrides' | 'note' | 'toolContext' | 'variablesAt'> {
    const { id: callId, agentId, direction, to, from } = call;
    return {
      tools: this.tools,
      overrides: call.overrides,
      note: noteOf(call),
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
}
