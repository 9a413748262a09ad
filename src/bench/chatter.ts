/**
 * What agents send beside audio: the words of turns, which the service writes down and tells others of, and calls of tools. Knows no
 * socket.
 */
import { Rhythm } from './rhythm.js';

export interface Talk {
  /** Every so often each agent tells what its caller said and what it says itself; milliseconds. */
  readonly turnEveryMs: number;
  readonly tools?: ToolFlood;
}

/** Calls of one tool by one agent after the other. */
export interface ToolFlood {
  readonly name: string;
  readonly everyMs: number;
  readonly atOnce: number;
}

export interface ChatterReport {
  readonly turns: number;
  readonly toolCalls: number;
  readonly toolAnswers: number;
}

/** Of an agent's socket. */
export interface Speaker {
  tell(message: string): void;
}

/** Of the result of a tool as the service sends it. */
const TOOL_RESULT = '"client_tool_result"';

export function isToolAnswer(text: string): boolean {
  return text.includes(TOOL_RESULT);
}

export class Chatter {
  private turns = 0;
  private toolCalls = 0;
  private toolAnswers = 0;
  /** Over all runs: an id is never used twice. */
  private lastToolCall = 0;

  begin(): void {
    this.turns = 0;
    this.toolCalls = 0;
    this.toolAnswers = 0;
  }

  report(): ChatterReport {
    const { turns, toolCalls, toolAnswers } = this;
    return { turns, toolCalls, toolAnswers };
  }

  toolAnswered(): void {
    this.toolAnswers += 1;
  }

  rhythms(speakers: readonly Speaker[], talk: Talk, startedAtMs: number): readonly Rhythm[] {
    const { turnEveryMs, tools } = talk;
    const turns = speakers.map((speaker, at) => {
      const firstMs = startedAtMs + (at / speakers.length) * turnEveryMs;
      return new Rhythm(turnEveryMs, firstMs, () => this.takeTurn(speaker));
    });
    return tools ? [...turns, this.flood(speakers, tools, startedAtMs)] : turns;
  }

  private flood(
    speakers: readonly Speaker[],
    { name, everyMs, atOnce }: ToolFlood,
    startedAtMs: number,
  ): Rhythm {
    let next = 0;
    return new Rhythm(everyMs, startedAtMs, () => {
      const speaker = speakers[next % speakers.length];
      next += 1;
      if (!speaker) return;
      for (let call = 0; call < atOnce; call += 1) this.callTool(speaker, name);
    });
  }

  private takeTurn(speaker: Speaker): void {
    this.turns += 1;
    speaker.tell(
      '{"type":"user_transcript","user_transcription_event":{"user_transcript":"Is it still open on Saturday, and do you have the blue one?","event_id":1}}',
    );
    speaker.tell(
      '{"type":"agent_response","agent_response_event":{"agent_response":"We are open until six on Saturday. Let me see whether the blue one is there.","event_id":1}}',
    );
  }

  private callTool(speaker: Speaker, name: string): void {
    this.toolCalls += 1;
    this.lastToolCall += 1;
    speaker.tell(
      `{"type":"client_tool_call","client_tool_call":{"tool_name":"${name}","tool_call_id":"tool_${this.lastToolCall}","parameters":{"item":"the blue one"},"expects_response":true,"event_id":1}}`,
    );
  }
}
