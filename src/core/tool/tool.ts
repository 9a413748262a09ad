/**
 * What a tool call is, seen from the conversation: a name and arguments in, one string out. Ports and types only; the
 * decorator, the registry and the runner live in `src/tools`.
 */
import type { CallDirection, Variables } from '../call/call.js';
import type { TransferMode } from '../call/transfer.js';
import type { CallId } from '../ids.js';

/** What every tool has around it, whoever asks: the agent of a call, or a program by MCP. */
export interface ToolScope {
  /** Those of the call; none where there is no call. */
  readonly variables: Variables;
  /** Aborted when the tool's time is up and when whoever asked is gone, as when the call ends: pass it on to whatever waits. */
  readonly signal: AbortSignal;
  /**
   * Tells the agent how far a long tool is, in one sentence. It hears of it without having to speak; whether it does is up to its prompt.
   * The newest takes the place of the one before. More than one a second, more than 1,000 characters and what comes after the result are
   * left out. Where there is no call, nobody is told.
   */
  readonly progress: (text: string) => void;
}

/** The call in which a tool runs. */
export interface ToolContext extends ToolScope {
  readonly callId: CallId;
  readonly agentId: string;
  readonly conversationId: string;
  readonly direction: CallDirection;
  /** E.164, or what the carrier gave for a withheld number. */
  readonly to: string;
  readonly from: string;
  /** Ends the call as soon as everything said so far has been played. */
  endCall(): void;
  /**
   * Plays keypad tones to the other side, behind what is still to be heard. @param keys digits, `*`, `#`, `A` to `D`; `w` waits half a
   * second, `W` a whole one. @throws CordboardError `call-not-answered`
   */
  pressKeys(keys: string): void;
  /** Resolves when everything said so far should have been heard, at the latest after that time. */
  untilHeard(mostMs: number): Promise<void>;
  /** Hands the call to a person at once; the conversation ends with it. @throws CordboardError why it cannot be */
  transferCall(request: HandOver): Promise<void>;
}

/** To whom a call is handed, and what is said. */
export interface HandOver {
  /** E.164. */
  readonly to: string;
  /** Its name in TRANSFER_TARGETS. */
  readonly target?: string | undefined;
  readonly mode?: TransferMode | undefined;
  /** Spoken to the caller before it rings. */
  readonly message?: string | undefined;
  /** Spoken to the person alone. */
  readonly summary?: string | undefined;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** False: the agent does not wait and must not be answered. */
  readonly expectsResponse: boolean;
}

/** `busy`: as many of it as are allowed ran already. `unavailable`: it failed so often that it was not tried. */
export type ToolOutcome =
  'ok' | 'unknown-tool' | 'bad-input' | 'failed' | 'timed-out' | 'aborted' | 'busy' | 'unavailable';

export interface ToolResult {
  /** For the agent's eyes: JSON for objects, words for failures. */
  readonly text: string;
  readonly outcome: ToolOutcome;
  readonly durationMs: number;
}

/** Port: runs a tool and never rejects; a failure is a result with words in it. */
export abstract class ToolRunner {
  /** @param context a `ToolContext` wherever there is a call */
  abstract run(call: ToolCall, context: ToolScope): Promise<ToolResult>;
}
