/**
 * A phone line, an agent and tools that do nothing but write down what they were asked, in order. The far end is played by the
 * test, which calls the session itself, or by the few verbs here.
 */
import { textOf, type Base64Audio } from '../../src/core/audio/base64-audio.js';
import type { AgentLeg, AgentOpening, CarrierLeg } from '../../src/core/bridge/legs.js';
import { ToolRunner, type ToolCall, type ToolContext, type ToolResult } from '../../src/core/tool/tool.js';

export type LineAsked = ['play', string] | ['mark', string] | ['clear'] | ['close'];

export class FakeCarrierLeg implements CarrierLeg {
  readonly asked: LineAsked[] = [];

  play(payload: Base64Audio): void {
    this.asked.push(['play', textOf(payload)]);
  }
  mark(name: string): void {
    this.asked.push(['mark', name]);
  }
  clear(): void {
    this.asked.push(['clear']);
  }
  close(): void {
    this.asked.push(['close']);
  }

  get played(): string[] {
    return this.asked.flatMap(([verb, payload]) => (verb === 'play' ? [payload] : []));
  }
  get marks(): string[] {
    return this.asked.flatMap(([verb, name]) => (verb === 'mark' ? [name] : []));
  }
  /** The verbs alone, which is what most orders are about. */
  get verbs(): string[] {
    return this.asked.map(([verb]) => verb);
  }
}

export type AgentAsked =
  | ['begin', AgentOpening]
  | ['audio', string]
  | ['tool', { id: string; result: string; isError: boolean }]
  | ['say', string]
  | ['inform', string]
  | ['close'];

export class FakeAgentLeg implements AgentLeg {
  readonly asked: AgentAsked[] = [];

  begin(opening: AgentOpening): void {
    this.asked.push(['begin', opening]);
  }
  sendAudio(payload: Base64Audio): void {
    this.asked.push(['audio', textOf(payload)]);
  }
  answerTool(id: string, result: string, isError: boolean): void {
    this.asked.push(['tool', { id, result, isError }]);
  }
  say(text: string): void {
    this.asked.push(['say', text]);
  }
  inform(text: string): void {
    this.asked.push(['inform', text]);
  }
  close(): void {
    this.asked.push(['close']);
  }

  get heard(): string[] {
    return this.asked.flatMap(([verb, payload]) => (verb === 'audio' ? [payload] : []));
  }
  get verbs(): string[] {
    return this.asked.map(([verb]) => verb);
  }
}

interface Running {
  readonly call: ToolCall;
  readonly context: ToolContext;
  readonly resolve: (result: ToolResult) => void;
}

/** Every tool runs until the test says what came of it. */
export class FakeToolRunner extends ToolRunner {
  readonly running: Running[] = [];

  run(call: ToolCall, context: ToolContext): Promise<ToolResult> {
    return new Promise((resolve) => void this.running.push({ call, context, resolve }));
  }

  contextOf(id: string): ToolContext {
    return this.find(id).context;
  }

  finish(id: string, result: Partial<ToolResult> = {}): void {
    this.find(id).resolve({ text: 'done', outcome: 'ok', durationMs: 1, ...result });
  }

  private find(id: string): Running {
    const found = this.running.find(({ call }) => call.id === id);
    if (!found) throw new Error(`no tool call ${id} was made`);
    return found;
  }
}
