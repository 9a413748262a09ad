/**
 * Whether a sandbox call went as scripted, as a list of what did not. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Passage } from './figures.js';
import type { Expected } from './scenario.js';

export interface ToolOutcome {
  readonly result: string;
  readonly isError: boolean;
}

export interface CallOutcome {
  readonly status: string;
  readonly endReason: string | null;
  /** Caller to agent. */
  readonly upward: Passage;
  /** Agent to caller. */
  readonly downward: Passage;
  /** Bytes of the agent's voice that were heard on the line. */
  readonly heardBytes: number;
  /** Bytes of it that were thrown away because the caller cut in. */
  readonly clearedBytes: number;
  readonly interruptions: number;
  readonly clears: number;
  readonly toolResults: readonly ToolOutcome[];
  readonly agentTexts: readonly string[];
  /** Why a script did not come to its end; empty when both did. */
  readonly unfinished: readonly string[];
  /** Entries of Twilio's error log. */
  readonly warnings: readonly string[];
}

/** @returns one line for each expectation that failed */
export function faultsOf(outcome: CallOutcome, expected: Expected): string[] {
  return [
    ...outcome.unfinished,
    ...faultsOfEnd(outcome, expected),
    ...faultsOfPassage('caller → agent', outcome.upward),
    ...faultsOfPassage('agent → caller', outcome.downward),
    ...faultsOfHearing(outcome, expected),
    ...faultsOfTools(outcome.toolResults, expected.toolResults),
    ...faultsOfTexts(outcome.agentTexts, expected.agentTexts),
    ...outcome.warnings.map((warning) => `Twilio logged a warning: ${warning}`),
  ];
}

function faultsOfEnd({ status, endReason }: CallOutcome, expected: Expected): string[] {
  const faults: string[] = [];
  if (status !== expected.status) faults.push(`the call's status is ${status} instead of ${expected.status}`);
  if (endReason !== expected.endReason)
    faults.push(`the call's endReason is ${endReason ?? 'missing'} instead of ${expected.endReason}`);
  return faults;
}

function faultsOfPassage(way: string, { bytes, lostBytes, exact, exactBytes }: Passage): string[] {
  if (bytes === 0) return [`${way}: nothing arrived`];
  const faults: string[] = [];
  if (!exact) faults.push(`${way}: what arrived is not what was sent, after ${exactBytes} bytes`);
  if (lostBytes > 0) faults.push(`${way}: ${lostBytes} bytes were lost`);
  return faults;
}

function faultsOfHearing(outcome: CallOutcome, expected: Expected): string[] {
  const faults: string[] = [];
  const { interruptions, clears, heardBytes, clearedBytes, downward } = outcome;
  if (interruptions !== expected.interruptions)
    faults.push(`the agent was interrupted ${interruptions} times instead of ${expected.interruptions}`);
  if (clears !== expected.interruptions)
    faults.push(`the line was cleared ${clears} times instead of ${expected.interruptions}`);
  const unheard = downward.bytes - heardBytes - clearedBytes;
  if (unheard !== 0) faults.push(`${unheard} bytes of the agent's voice were neither heard nor cleared`);
  return faults;
}

function faultsOfTools(results: readonly ToolOutcome[], expected: readonly unknown[]): string[] {
  if (results.length !== expected.length)
    return [`${results.length} tool results came instead of ${expected.length}`];
  return results.flatMap(({ result, isError }, at) => {
    const wanted = expected[at];
    if (isError) return [`tool call ${at + 1} failed: ${result}`];
    if (isDeepStrictEqual(parsed(result), wanted)) return [];
    return [`tool call ${at + 1} returned ${result} instead of ${JSON.stringify(wanted)}`];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function faultsOfTexts(said: readonly string[], expected: readonly string[]): string[] {
  const faults: string[] = [];
  for (let at = 0; at < Math.max(said.length, expected.length); at += 1) {
    if (said[at] !== expected[at])
      faults.push(`the agent's turn ${at + 1} was ${quoted(said[at])} instead of ${quoted(expected[at])}`);
  }
  return faults;
}

function quoted(text: string | undefined): string {
  return text === undefined ? 'nothing' : `"${text}"`;
}
