/** The steps from a request to the first word, on the record and over all calls. */
import { stepsOf, stepsTaken } from '../../src/core/call/call-steps.js';
import { callWith, T0 } from '../support/builders.js';

describe('the steps of a call', () => {
  it('are known once both of their times are', () => {
    const call = callWith({ times: { createdAt: T0, startedAt: T0 + 5, answeredAt: T0 + 505 } });
    expect(stepsOf(call).requestToDial).toBe(5);
    expect(stepsOf(call).dialToAnswer).toBe(500);
    expect(stepsOf(call).requestToAnswer).toBe(505);
    expect(stepsOf(call).answerToStream).toBeNull();
  });

  it('took no time where one came before the other was told', () => {
    const call = callWith({ times: { answeredAt: T0 + 50, streamStartedAt: T0 + 20 } });
    expect(stepsOf(call).answerToStream).toBe(0);
  });

  it('are counted once, by the change that completes them', () => {
    const times = { createdAt: T0, startedAt: T0 + 5, answeredAt: T0 + 505, streamStartedAt: T0 + 550 };
    const before = callWith({ times });
    const ready = { ...before, times: { ...before.times, agentReadyAt: T0 + 560 } };
    expect(stepsTaken(ready, before)).toEqual([{ step: 'streamToAgentReady', ms: 10 }]);
    expect(stepsTaken(ready, ready)).toEqual([]);
    const heard = { ...ready, times: { ...ready.times, firstAudioAt: T0 + 600 } };
    expect(stepsTaken(heard, ready).map(({ step }) => step)).toEqual([
      'agentReadyToFirstAudio',
      'answerToFirstAudio',
    ]);
  });
});
