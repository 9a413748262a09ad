/**
 * Plays an agent's script, step after step, on a line that is open. What comes from the client reaches it as whole turns
 * and tool results; hearing, timing of audio and the rules of the start are elsewhere.
 */
import type { ClientToolResult } from '../../protocol/elevenlabs/conversation.messages.js';
import type { AgentLine } from './agent-line.js';
import type { AgentStep } from './agent-script.js';
import type { AgentVoice } from './agent-voice.js';
import type { Alarms } from './alarms.js';
import type { CallerTurns } from './caller-turns.js';
import type { Pinger } from './pinger.js';
import { fill, fillParameters } from './placeholders.js';
import { ToolCalls } from './tool-calls.js';
import type { SimulatedConversation } from './simulated-conversation.js';
import type { SimulatorSettings } from './simulator-settings.js';

export interface PlayerParts {
  readonly conversation: SimulatedConversation;
  readonly line: AgentLine;
  readonly voice: AgentVoice;
  readonly turns: CallerTurns;
  readonly pinger: Pinger;
  readonly alarms: Alarms;
  readonly settings: SimulatorSettings;
  readonly observe: (what: string, detail: Readonly<Record<string, unknown>>) => void;
  /** Makes the conversation deaf and mute: the step `stalls-for-ever`. */
  readonly goSilent: () => void;
}

export class ScriptPlayer {
  private variables = new Map<string, unknown>();
  private silent = false;
  private readonly tools: ToolCalls;

  constructor(private readonly parts: PlayerParts) {
    this.tools = new ToolCalls(parts);
  }

  /** Resolves when the steps are over or the line is closed; afterwards the agent stays on the line, silent. */
  async play(firstMessage: string, variables: Map<string, unknown>): Promise<void> {
    this.variables = variables;
    const { conversation, line } = this.parts;
    if (firstMessage !== '') await this.say(firstMessage);
    for (const [index, step] of conversation.script.steps.entries()) {
      if (!line.isOpen || this.silent) return;
      conversation.reachesStep(index);
      if (!(await this.perform(step))) return;
    }
    conversation.reachesStep(conversation.script.steps.length);
  }

  toolAnswered(result: ClientToolResult): void {
    this.tools.answered(result);
  }

  close(): void {
    this.tools.close();
  }

  /** False when the conversation ended before the step did. */
  private async perform(step: AgentStep): Promise<boolean> {
    const { line, alarms, pinger } = this.parts;
    switch (step.step) {
      case 'listens': {
        return this.listen(step.transcript);
      }
      case 'speaks': {
        await this.say(step.text);
        return line.isOpen;
      }
      case 'calls-tool': {
        return this.callTool(step);
      }
      case 'pings': {
        pinger.ping(step.eventId);
        return true;
      }
      case 'ends-call': {
        return this.endCall();
      }
      case 'sends-raw': {
        line.sendRaw(step.text);
        return true;
      }
      case 'stalls': {
        await alarms.pause(step.ms);
        return line.isOpen;
      }
      case 'stalls-for-ever': {
        this.silent = true;
        this.parts.goSilent();
        return true;
      }
      case 'closes': {
        this.parts.conversation.terminationReason = step.reason;
        line.close(step.code, step.reason);
        return true;
      }
      case 'loses-socket': {
        line.lose();
        return true;
      }
      default: {
        line.sendError({ shape: step.shape, code: step.code, name: step.name, message: step.message });
        return true;
      }
    }
  }

  private async say(written: string): Promise<void> {
    const { conversation, line, voice, settings, observe } = this.parts;
    const text = fill(written, this.variables);
    const speech = await settings.speak(text, conversation.settings?.voiceId);
    if (!line.isOpen) return;
    const eventId = line.nextUtteranceId();
    conversation.turns.push({
      role: 'agent',
      text,
      heard: text,
      interrupted: false,
      atMs: performance.now(),
      eventId,
    });
    observe('agent-speaks', { text, eventId, ms: speech.length / 8 });
    const whole = await voice.say(text, speech, eventId);
    observe('agent-done', { eventId, interrupted: !whole, owedMs: Math.round(voice.owedMs) });
    conversation.changed();
  }

  private async listen(scripted: string | undefined): Promise<boolean> {
    const { conversation, line, turns, observe } = this.parts;
    const turn = await turns.next();
    if (!turn || !line.isOpen) return false;
    const text =
      turn.kind === 'typed'
        ? turn.text
        : scripted === undefined
          ? `[speech of ${(turn.spokenMs / 1000).toFixed(1)} s]`
          : `[scripted] ${scripted}`;
    this.variables.set('caller', { said: turn.kind === 'typed' ? turn.text : (scripted ?? text) });
    const eventId = line.currentEventId;
    conversation.turns.push({
      role: 'caller',
      text,
      heard: text,
      interrupted: false,
      atMs: performance.now(),
      eventId,
    });
    observe('caller-turn', {
      text,
      typed: turn.kind === 'typed',
      scripted: turn.kind === 'spoken' && scripted !== undefined,
      ms: turn.kind === 'spoken' ? turn.spokenMs : 0,
    });
    line.send({
      type: 'user_transcript',
      user_transcription_event: { user_transcript: text, event_id: eventId },
    });
    conversation.changed();
    return true;
  }

  private async callTool(step: Extract<AgentStep, { step: 'calls-tool' }>): Promise<boolean> {
    const parameters = fillParameters(step.parameters, this.variables);
    const result = await this.tools.call(step.name, parameters, step.expectsResponse ?? true);
    if (result !== undefined) {
      this.variables.set('tool', { result });
      if (step.save !== undefined) this.variables.set(step.save, result);
    }
    return this.parts.line.isOpen;
  }

  private async endCall(): Promise<boolean> {
    const { conversation, line, alarms, settings, observe } = this.parts;
    conversation.terminationReason = 'end_call tool was called';
    observe('end-call', {});
    this.tools.announceSystemTool('end_call');
    await alarms.pause(settings.timing.endCallDelayMs);
    if (!line.isOpen) return false;
    line.close(1000, 'end_call');
    return true;
  }
}
