/** What makes a sandbox call fail: each expectation, broken alone, is one fault. */
import type { Passage } from '../../../src/simulators/sandbox/figures.js';
import type { Expected } from '../../../src/simulators/sandbox/scenario.js';
import { faultsOf, type CallOutcome } from '../../../src/simulators/sandbox/verdict.js';

const WHOLE: Passage = {
  pieces: 10,
  bytes: 1600,
  lostBytes: 0,
  exact: true,
  exactBytes: 1600,
  delayMs: { p50: 1, p99: 2, max: 3 },
};
const EXPECTED: Expected = {
  status: 'completed',
  endReason: 'agent-ended',
  interruptions: 1,
  toolResults: [{ item: 'ten of clubs', quantity: 12 }],
  agentTexts: ['Hello.', 'We have 12.'],
};
const GOOD: CallOutcome = {
  status: 'completed',
  endReason: 'agent-ended',
  upward: WHOLE,
  downward: WHOLE,
  heardBytes: 1000,
  clearedBytes: 600,
  interruptions: 1,
  clears: 1,
  // The order of members is the stock service's own business.
  toolResults: [{ result: '{"quantity":12,"item":"ten of clubs"}', isError: false }],
  agentTexts: ['Hello.', 'We have 12.'],
  unfinished: [],
  warnings: [],
};

describe('the verdict on a call', () => {
  it('has no fault when everything went as scripted', () => {
    expect(faultsOf(GOOD, EXPECTED)).toEqual([]);
  });

  const broken: readonly (readonly [string, Partial<CallOutcome>, RegExp])[] = [
    ['another status', { status: 'failed' }, /status is failed instead of completed/],
    ['another reason', { endReason: 'caller-hung-up' }, /caller-hung-up instead of agent-ended/],
    ['no reason', { endReason: null }, /endReason is missing/],
    ['lost bytes of the caller', { upward: { ...WHOLE, lostBytes: 160 } }, /caller → agent: 160 bytes/],
    [
      'changed bytes of the caller',
      { upward: { ...WHOLE, exact: false, exactBytes: 480 } },
      /caller → agent: what arrived is not what was sent, after 480 bytes/,
    ],
    ['lost bytes of the agent', { downward: { ...WHOLE, lostBytes: 8 } }, /agent → caller: 8 bytes/],
    ['changed bytes of the agent', { downward: { ...WHOLE, exact: false } }, /agent → caller: what arrived/],
    ['a deaf agent', { upward: { ...WHOLE, bytes: 0 } }, /caller → agent: nothing arrived/],
    ['last words cut off', { heardBytes: 840 }, /160 bytes of the agent's voice were neither/],
    ['no interruption', { interruptions: 0 }, /interrupted 0 times instead of 1/],
    ['a clear too many', { clears: 2 }, /cleared 2 times instead of 1/],
    ['no tool result', { toolResults: [] }, /0 tool results came instead of 1/],
    [
      'a tool that failed',
      { toolResults: [{ result: 'no stock service', isError: true }] },
      /tool call 1 failed: no stock/,
    ],
    [
      'another tool result',
      { toolResults: [{ result: '{"item":"ten of clubs","quantity":11}', isError: false }] },
      /tool call 1 returned .*11.* instead of .*12/,
    ],
    [
      'a tool result that is no JSON',
      { toolResults: [{ result: 'plenty', isError: false }] },
      /returned plenty/,
    ],
    ['another text', { agentTexts: ['Hello.', 'We have 13.'] }, /turn 2 was "We have 13."/],
    ['a missing text', { agentTexts: ['Hello.'] }, /turn 2 was nothing/],
    ['a text too many', { agentTexts: [...GOOD.agentTexts, 'Eh?'] }, /turn 3 was "Eh\?" instead of nothing/],
    ['a script left unfinished', { unfinished: ['the caller still waits'] }, /still waits/],
    ['a warning of Twilio', { warnings: ['31921 closed'] }, /31921/],
  ];
  it.each(broken)('has one fault for %s', (_name, change, fault) => {
    expect(faultsOf({ ...GOOD, ...change }, EXPECTED)).toEqual([expect.stringMatching(fault)]);
  });
});
