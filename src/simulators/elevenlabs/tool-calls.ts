/**
 * Client tools from the agent's side: the call, the wait for its answer, and the events that tell of both. What a tool
 * means to the conversation is the script's.
 */
import type { AgentToolResponse, ClientToolResult } from '../../protocol/elevenlabs/conversation.messages.js';
import type { AgentLine } from './agent-line.js';
import type { Alarms } from './alarms.js';
import { toolCallId } from './ids.js';
import type { SimulatedConversation, SimulatedToolCall } from './simulated-conversation.js';
import type { SimulatorSettings } from './simulator-settings.js';

export interface ToolCallParts {
  readonly conversation: SimulatedConversation;
  readonly line: AgentLine;
  readonly alarms: Alarms;
  readonly settings: SimulatorSettings;
  readonly observe: (what: string, detail: Readonly<Record<string, unknown>>) => void;
}

interface Outcome {
  readonly result: string;
  readonly isError: boolean;
  readonly isCalled: boolean;
}

export class ToolCalls {
  private readonly waiting = new Map<string, (result: ClientToolResult | undefined) => void>();

  constructor(private readonly parts: ToolCallParts) {}

  /** The result string; undefined when none is expected or the conversation ended. A timeout counts as an error's text. */
  async call(
    name: string,
    parameters: Readonly<Record<string, unknown>>,
    expectsResponse: boolean,
  ): Promise<string | undefined> {
    const { conversation, line, settings, observe } = this.parts;
    const call: SimulatedToolCall = {
      id: toolCallId(),
      name,
      parameters,
      expectsResponse,
      atMs: performance.now(),
      timedOut: false,
    };
    conversation.toolCalls.push(call);
    const eventId = line.nextEventId();
    const answer = expectsResponse ? this.answerTo(call.id, settings.timing.toolTimeoutMs) : undefined;
    this.announce(call, eventId);
    observe('tool-call', { name, id: call.id, parameters, expectsResponse });
    conversation.changed();
    if (!answer) return undefined;
    const result = await answer;
    if (!line.isOpen) return undefined;
    const outcome = settleCall(call, result);
    this.respond(call, eventId, outcome);
    conversation.changed();
    return outcome.result;
  }

  answered(result: ClientToolResult): void {
    const call = this.parts.conversation.toolCalls.find((candidate) => candidate.id === result.tool_call_id);
    this.parts.observe('tool-result', {
      id: result.tool_call_id,
      name: call?.name,
      result: result.result,
      isError: result.is_error,
    });
    if (call && !call.timedOut && call.result === undefined) {
      call.result = result;
      call.answeredAtMs = performance.now();
    }
    this.waiting.get(result.tool_call_id)?.(result);
  }

  /** A tool of the vendor's own, which no client answers: its response is all that a client sees. */
  announceSystemTool(name: string): void {
    this.parts.line.send(
      response(
        { tool_name: name, tool_call_id: toolCallId(), tool_type: 'system' },
        this.parts.line.nextEventId(),
        {
          isError: false,
          isCalled: true,
        },
      ),
    );
  }

  close(): void {
    for (const settle of this.waiting.values()) settle(undefined);
    this.waiting.clear();
  }

  private async answerTo(id: string, timeoutMs: number): Promise<ClientToolResult | undefined> {
    return new Promise((resolve) => {
      const settle = (result: ClientToolResult | undefined): void => {
        cancel();
        this.waiting.delete(id);
        resolve(result);
      };
      const cancel = this.parts.alarms.after(timeoutMs, () => settle(undefined));
      this.waiting.set(id, settle);
    });
  }

  private announce(call: SimulatedToolCall, eventId: number): void {
    const { line, settings } = this.parts;
    line.send({
      type: 'agent_tool_request',
      agent_tool_request: {
        tool_name: call.name,
        tool_call_id: call.id,
        tool_type: 'client',
        event_id: eventId,
        expects_response: call.expectsResponse,
        disable_interruptions: false,
        response_timeout_secs: Math.max(1, Math.round(settings.timing.toolTimeoutMs / 1000)),
        execution_mode: 'immediate',
      },
    });
    line.send({
      type: 'client_tool_call',
      client_tool_call: {
        tool_name: call.name,
        tool_call_id: call.id,
        parameters: call.parameters,
        event_id: eventId,
        expects_response: call.expectsResponse,
      },
    });
  }

  private respond(call: SimulatedToolCall, eventId: number, outcome: Outcome): void {
    const tool = { tool_name: call.name, tool_call_id: call.id, tool_type: 'client' };
    this.parts.line.send(response(tool, eventId, outcome));
  }
}

function settleCall(call: SimulatedToolCall, result: ClientToolResult | undefined): Outcome {
  if (!result) {
    call.timedOut = true;
    return { result: 'The tool did not answer in time.', isError: true, isCalled: true };
  }
  // `user_rejected` marks the tool as not called (specification).
  return { result: result.result, isError: result.is_error, isCalled: result.error_type !== 'user_rejected' };
}

function response(
  tool: Pick<AgentToolResponse['agent_tool_response'], 'tool_name' | 'tool_call_id' | 'tool_type'>,
  eventId: number,
  outcome: Pick<Outcome, 'isError' | 'isCalled'>,
): AgentToolResponse {
  return {
    type: 'agent_tool_response',
    agent_tool_response: {
      ...tool,
      is_error: outcome.isError,
      is_blocked: false,
      event_id: eventId,
      is_called: outcome.isCalled,
    },
  };
}
