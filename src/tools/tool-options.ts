/**
 * What can be said of a tool, and what holds where nothing is said. Names and ranges are those of ElevenLabs' client tools
 * (`ClientToolConfig` of its OpenAPI, 2026-08-22); the defaults are ours, because the vendor's suit a web page, not a phone call.
 */
import type { Environment } from '../config/environment.js';

/** Takes a value out of the result of a tool, and keeps it at ElevenLabs as a dynamic variable of the conversation. */
export interface VariableAssignment {
  /** Name of the variable; not one of `system__…`. */
  readonly dynamicVariable: string;
  /** Where in the result, which must be JSON: `order.state`, `items.0.id`. */
  readonly valuePath: string;
  /** Keeps the value from the model and from the vendor's transcript. Default false. */
  readonly sanitize?: boolean;
  /** Keeps lists and objects as they are instead of as JSON text. Default false. */
  readonly preserveNativeType?: boolean;
}

export type ToolCallSound = 'typing' | 'elevator1' | 'elevator2' | 'elevator3' | 'elevator4';

export interface ToolOptions<Input extends object = object> {
  /** As the agent calls it: letters, digits, `_` and `-`, at most 64 (ElevenLabs' rule). */
  readonly name: string;
  /** When the agent should call it, and what it gets: this text drives the model. */
  readonly description: string;
  /** Class of the arguments, with rules of class-validator. Default: `NoInput`. */
  readonly input?: new () => Input;
  /** Whether this deployment has the tool at all. Default: it has. */
  readonly enabled?: (environment: Environment) => boolean;
  /** Milliseconds after which the agent is told that the tool took too long, waiting for its turn included. 1–118,000, default 15,000. */
  readonly timeoutMs?: number;
  /** How many of it may run at once in this process. Default 50: half of the calls that one carries by default. */
  readonly maxConcurrent?: number;
  /** Whether the agent waits for the result. Default true; the vendor's is false, and then a result never reaches the model. */
  readonly expectsResponse?: boolean;
  /**
   * Seconds after which ElevenLabs stops waiting, 1–120. Default: two more than `timeoutMs`, so that the agent hears our words and
   * not the vendor's; the vendor's is 20 for every tool.
   */
  readonly responseTimeoutSeconds?: number;
  /**
   * Default `immediate`, as the vendor's: the caller waits for the result, so nothing is gained by starting late. `post_tool_speech`
   * waits until the agent has said what it says before; `async` lets the conversation go on meanwhile.
   */
  readonly executionMode?: 'immediate' | 'post_tool_speech' | 'async';
  /**
   * Whether the agent says something first. Default `auto`, as the vendor's: it does so for tools that took long lately, which is
   * when a caller would hear silence; `force` makes quick tools slow.
   */
  readonly preToolSpeech?: 'auto' | 'force' | 'off';
  /**
   * A sound while the tool runs. Default none: whether it comes over a raw socket, and under which event, is unverified, and a sound
   * that is not cut by an interruption is worse than a pause.
   */
  readonly toolCallSound?: ToolCallSound | null;
  /** When that sound plays: `auto` only after words said before the tool. Default `auto`. */
  readonly toolCallSoundBehavior?: 'auto' | 'always';
  /** Whether the caller may cut in. Default `allow`: on the phone, talking over somebody is how one says "no, wait". */
  readonly interruptionMode?: 'allow' | 'disable_during_tool' | 'disable_during_tool_and_turn';
  /**
   * What becomes of the words of a failure. Default `passthrough`: ours are written for the model, and hold no cause. The vendor's
   * `auto` hides them from client tools' agents, which then make something up.
   */
  readonly toolErrorHandlingMode?: 'auto' | 'summarized' | 'passthrough' | 'hide';
  /** Default none. */
  readonly assignments?: readonly VariableAssignment[];
}

/** Options as they hold, nothing left open. */
export type SettledOptions = Required<Omit<ToolOptions, 'input' | 'enabled'>>;

const DEFAULT_TIMEOUT_MS = 15_000;
/** How much longer ElevenLabs waits than we do. */
const MARGIN_SECONDS = 2;
/** ElevenLabs waits for a client tool at most this long. */
const MAX_RESPONSE_SECONDS = 120;
const MAX_TIMEOUT_MS = (MAX_RESPONSE_SECONDS - MARGIN_SECONDS) * 1000;
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const MOST_AT_ONCE = 10_000;
/** What the vendor keeps for itself: values it fills in, and values that only headers may hold. */
const RESERVED = /^(system__|secret__)/;

const CHOICES = {
  executionMode: ['immediate', 'post_tool_speech', 'async'],
  preToolSpeech: ['auto', 'force', 'off'],
  toolCallSound: ['typing', 'elevator1', 'elevator2', 'elevator3', 'elevator4', null],
  toolCallSoundBehavior: ['auto', 'always'],
  interruptionMode: ['allow', 'disable_during_tool', 'disable_during_tool_and_turn'],
  toolErrorHandlingMode: ['auto', 'summarized', 'passthrough', 'hide'],
} as const satisfies Partial<Record<keyof SettledOptions, readonly (string | null)[]>>;

export function settledOptions(options: ToolOptions): SettledOptions {
  const { name, description, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  return {
    name,
    description,
    timeoutMs,
    maxConcurrent: options.maxConcurrent ?? 50,
    expectsResponse: options.expectsResponse ?? true,
    responseTimeoutSeconds: options.responseTimeoutSeconds ?? Math.ceil(timeoutMs / 1000) + MARGIN_SECONDS,
    executionMode: options.executionMode ?? 'immediate',
    preToolSpeech: options.preToolSpeech ?? 'auto',
    toolCallSound: options.toolCallSound ?? null,
    toolCallSoundBehavior: options.toolCallSoundBehavior ?? 'auto',
    interruptionMode: options.interruptionMode ?? 'allow',
    toolErrorHandlingMode: options.toolErrorHandlingMode ?? 'passthrough',
    assignments: options.assignments ?? [],
  };
}

/** What is wrong with them, in words for whoever wrote the tool. */
export function optionFaults(options: SettledOptions): string[] {
  const { name, description, timeoutMs, maxConcurrent, responseTimeoutSeconds } = options;
  const faults: string[] = [];
  if (!NAME.test(name)) faults.push('the name may have letters, digits, _ and -, at most 64');
  if (description.trim() === '')
    faults.push('the description is empty, and the agent would never know when to call it');
  if (!(timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS))
    faults.push(`timeoutMs must be between 1 and ${MAX_TIMEOUT_MS}`);
  else faults.push(...responseTimeFaults(responseTimeoutSeconds, timeoutMs));
  if (!Number.isInteger(maxConcurrent) || maxConcurrent < 1 || maxConcurrent > MOST_AT_ONCE)
    faults.push(`maxConcurrent must be a whole number from 1 to ${MOST_AT_ONCE}`);
  for (const [option, allowed] of Object.entries<readonly unknown[]>(CHOICES))
    if (!allowed.includes(Reflect.get(options, option)))
      faults.push(`${option} must be one of ${allowed.map(String).join(', ')}`);
  return [...faults, ...options.assignments.flatMap(assignmentFaults)];
}

function responseTimeFaults(seconds: number, timeoutMs: number): string[] {
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_RESPONSE_SECONDS)
    return [`responseTimeoutSeconds must be a whole number from 1 to ${MAX_RESPONSE_SECONDS}`];
  if (seconds * 1000 <= timeoutMs)
    return ['responseTimeoutSeconds must be longer than timeoutMs, or the agent is gone before the answer'];
  return [];
}

function assignmentFaults({ dynamicVariable, valuePath }: VariableAssignment): string[] {
  const faults = variableNameFaults(dynamicVariable, false);
  if (valuePath.trim() === '') faults.push('a valuePath is empty');
  return faults.map((fault) => `assignments: ${fault}`);
}

/** @param mayBeTheVendors whether a variable that ElevenLabs fills in will do. */
export function variableNameFaults(name: string, mayBeTheVendors: boolean): string[] {
  if (name.trim() === '') return ['the name of a variable is empty'];
  const { 1: prefix } = RESERVED.exec(name) ?? [];
  if (prefix === undefined || (prefix === 'system__' && mayBeTheVendors)) return [];
  return [`variable ${name}: names that begin with ${prefix} are the vendor's and cannot be used here`];
}
