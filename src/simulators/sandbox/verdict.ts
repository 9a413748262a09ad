/**
 * Whether a sandbox call went as scripted, as a list of what did not. Pure.
 */
import type { Passage } from './figures.js';

export interface CallOutcome {
  readonly status: string;
  readonly endReason: string | null;
  readonly upward: Passage;
  readonly downward: Passage;
  readonly interruptions: number;
  readonly clears: number;
  readonly toolResults: readonly { readonly result: string; readonly isError: boolean }[];
  /** Why a script did not come to its end; undefined when it did. */
  readonly unfinished: readonly string[];
  readonly warnings: readonly string[];
}

export interface Expected {
  /** The items asked for, one tool call each, in order. */
  readonly tools: readonly string[];
  readonly interruptions: number;
  readonly status: string;
  readonly endReason: string;
}

export function faultsOf(outcome: CallOutcome, expected: Expected): string[] {
  const faults: string[] = [...outcome.unfinished];
  const expect = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault);
  };
  expect(
    outcome.status === expected.status,
    `the call ended as ${outcome.status} and not as ${expected.status}`,
  );
  expect(
    outcome.endReason === expected.endReason,
    `the call ended by ${outcome.endReason} and not by ${expected.endReason}`,
  );
  expect(
    outcome.interruptions === expected.interruptions,
    `${outcome.interruptions} interruptions instead of ${expected.interruptions}`,
  );
  expect(
    outcome.clears === expected.interruptions,
    `the line was cleared ${outcome.clears} times instead of ${expected.interruptions}`,
  );
  expect(outcome.upward.exact, 'what the agent heard is not what the caller said');
  expect(outcome.downward.exact, 'what came to the line is not what the agent said');
  expect(outcome.upward.lostBytes === 0, `${outcome.upward.lostBytes} bytes of the caller were lost`);
  expect(outcome.downward.lostBytes === 0, `${outcome.downward.lostBytes} bytes of the agent were lost`);
  expect(outcome.upward.bytes > 0 && outcome.downward.bytes > 0, 'one side was never heard');
  expect(
    outcome.toolResults.length === expected.tools.length,
    `${outcome.toolResults.length} tool results instead of ${expected.tools.length}`,
  );
  for (const [at, item] of expected.tools.entries()) {
    const result = outcome.toolResults[at];
    expect(result?.isError === false && result.result.includes(item), `the tool did not find "${item}"`);
  }
  for (const warning of outcome.warnings) faults.push(`Twilio would warn: ${warning}`);
  return faults;
}
