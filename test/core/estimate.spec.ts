/** What a call is taken to cost while nobody knows it, and when the vendors are asked. */
import { costAtEnd, costOf, expectedUsdMicros } from '../../src/core/cost/estimate.js';
import { nextQuestionIn } from '../../src/core/cost/reconciliation.js';
import { callWith, T0 } from '../support/builders.js';

const RATES = { telephonyUsdMicrosPerMinute: 18_400, agentUsdMicrosPerMinute: 80_000 };
const CONVERSATION = { conversationId: 'conv_1' };

describe('the estimate of a call', () => {
  it('is nothing while the phone rings', () => {
    const call = callWith({ status: 'ringing', times: { startedAt: T0 } });
    expect(costOf(call, T0 + 50_000, RATES)).toEqual({ telephony: 0, agent: 0, total: 0, final: false });
  });

  it.each([
    [0, 18_400],
    [1000, 18_400],
    [60_000, 18_400],
    [60_001, 36_800],
    [185_000, 73_600],
  ])('counts begun minutes of the line: after %i ms', (ms, micros) => {
    const call = callWith({ status: 'in-progress', times: { answeredAt: T0 } });
    expect(costOf(call, T0 + ms, RATES)).toMatchObject({ telephony: micros, agent: 0, final: false });
  });

  it('counts the agent by the time of its connection', () => {
    const times = { answeredAt: T0, agentReadyAt: T0 + 1000 };
    const call = callWith({ status: 'in-progress', ...CONVERSATION, times });
    expect(costOf(call, T0 + 31_000, RATES)).toEqual({
      telephony: 18_400,
      agent: 40_000,
      total: 58_400,
      final: false,
    });
  });

  it('stands still after the end, and follows the length that Twilio told', () => {
    const times = { startedAt: T0, answeredAt: T0, agentReadyAt: T0, endedAt: T0 + 60_500 };
    const call = callWith({ status: 'completed', durationSeconds: 60, ...CONVERSATION, times });
    expect(costOf(call, T0 + 9_000_000, RATES)).toMatchObject({ telephony: 18_400, agent: 80_667 });
  });

  it('yields to what is known, and is final when both sides are and the call is over', () => {
    const cost = { telephony: { usdMicros: 14_000, final: true }, agent: { usdMicros: 1, final: true } };
    const over = callWith({ status: 'completed', cost });
    expect(costOf(over, T0, RATES)).toEqual({ telephony: 14_000, agent: 1, total: 14_001, final: true });
    const half = { ...cost, telephony: { usdMicros: 14_000, final: false } };
    expect(costOf(callWith({ status: 'completed', cost: half }), T0, RATES).final).toBe(false);
    expect(costOf(callWith({ status: 'in-progress', cost }), T0, RATES).final).toBe(false);
  });
});

describe('the cost at the end', () => {
  it('is an estimate of both sides of a conversation', () => {
    const times = { startedAt: T0, answeredAt: T0, agentReadyAt: T0, endedAt: T0 + 30_000 };
    const call = callWith({ status: 'completed', twilioCallSid: 'CA1', ...CONVERSATION, times });
    expect(costAtEnd(call, RATES)).toEqual({
      telephony: { usdMicros: 18_400, final: false },
      agent: { usdMicros: 40_000, final: false },
    });
  });

  it('is certainly nothing for the agent where there was no conversation', () => {
    const times = { startedAt: T0, endedAt: T0 + 30_000 };
    const call = callWith({ status: 'busy', twilioCallSid: 'CA1', times });
    expect(costAtEnd(call, RATES)).toEqual({
      telephony: { usdMicros: 0, final: false },
      agent: { usdMicros: 0, final: true },
    });
  });

  it.each([
    ['was never handed to Twilio', { times: { endedAt: T0 } }, true],
    [
      'was refused by Twilio',
      { failure: { code: 'carrier-refused', detail: '' }, times: { startedAt: T0, endedAt: T0 } },
      true,
    ],
    [
      'may have been placed under an id that was lost',
      { failure: { code: 'carrier-unreachable', detail: '' }, times: { startedAt: T0, endedAt: T0 } },
      false,
    ],
  ] as const)('of a call that %s', (_what, fields, final) => {
    expect(costAtEnd(callWith({ status: 'failed', ...fields }), RATES).telephony).toEqual({
      usdMicros: 0,
      final,
    });
  });

  it('leaves what a vendor has told before', () => {
    const agent = { usdMicros: 5, final: true };
    const call = callWith({ status: 'completed', ...CONVERSATION, cost: { telephony: null, agent } });
    expect(costAtEnd(call, RATES).agent).toEqual(agent);
  });
});

describe('what a new call is expected to cost', () => {
  it('counts both sides, and nothing for no time at all', () => {
    expect(expectedUsdMicros(180, RATES)).toBe(3 * 18_400 + 240_000);
    expect(expectedUsdMicros(61, RATES)).toBe(2 * 18_400 + 81_334);
    expect(expectedUsdMicros(0, RATES)).toBe(0);
  });
});

describe('the questions to the vendors', () => {
  it('come at growing distances, up to six hours', () => {
    const delays = [1, 2, 3, 10, 11, 5000].map((attempts) => nextQuestionIn({ attempts, ageSeconds: 60 }));
    expect(delays).toEqual([30, 60, 120, 15_360, 21_600, 21_600]);
  });

  it('come to an end after three days', () => {
    expect(nextQuestionIn({ attempts: 1, ageSeconds: 259_199 })).toBe(30);
    expect(nextQuestionIn({ attempts: 1, ageSeconds: 259_200 })).toBeNull();
  });
});
