/**
 * Runs the tools that the agent of a session asks for, and sees that each answer reaches the conversation that has use for it: the one
 * that asked, or the one that took its place.
 */
import type { ToolCall, ToolContext, ToolRunner } from '../tool/tool.js';
import type { AgentSuccession } from './agent-succession.js';
import { lateResult } from './handover.js';
import type { SessionHost } from './session-crew.js';

export interface ToolCallParts {
  readonly tools: ToolRunner;
  readonly host: SessionHost;
  readonly succession: AgentSuccession;
}

export class ToolCalls {
  constructor(private readonly parts: ToolCallParts) {}

  /** Never rejects. */
  async run(call: ToolCall, context: ToolContext): Promise<void> {
    const { tools, host, succession } = this.parts;
    host.tell({ type: 'tool-called', call });
    const asked = succession.generation;
    const result = await tools.run(call, context);
    host.tell({ type: 'tool-answered', call, result });
    if (!call.expectsResponse) return;
    if (asked === succession.generation)
      host.agentNow?.answerTool(call.id, result.text, result.outcome !== 'ok');
    // The conversation that asked is gone. One that is not there yet is told with all the rest.
    else if (host.isTalking) host.agentNow?.say(lateResult(call.name, result.text));
  }
}
