/** By when something must have happened to a call. */
import { deadlineOf } from '../../src/core/call/call-deadline.js';
import { callWith, T0 } from '../support/builders.js';

describe('the deadline of a call', () => {
  it('does not exist while the call waits to be dialled', () => {
    expect(deadlineOf(callWith(), undefined)).toBeUndefined();
  });

  it('asks the carrier after the ring timeout and its slack', () => {
    const call = callWith({ ringTimeoutSeconds: 20, times: { startedAt: T0 } });
    expect(deadlineOf(call, undefined)).toEqual({ at: T0 + 50_000, remedy: 'ask-carrier' });
  });

  it('gives up on a stream twenty seconds after the answer', () => {
    const call = callWith({ status: 'in-progress', times: { startedAt: T0, answeredAt: T0 + 5000 } });
    expect(deadlineOf(call, undefined)).toEqual({ at: T0 + 25_000, remedy: 'give-up-on-stream' });
  });

  it('ends a conversation for its length, counted from the answer', () => {
    const times = { startedAt: T0, answeredAt: T0 + 5000, streamStartedAt: T0 + 6000 };
    const call = callWith({ status: 'in-progress', maxDurationSeconds: 600, times });
    expect(deadlineOf(call, undefined)).toEqual({ at: T0 + 605_000, remedy: 'end-for-length' });
  });

  it('asks the carrier soon after an end was decided, later when an apology is spoken', () => {
    const call = callWith({ status: 'in-progress', endReason: 'hung-up-by-api' });
    expect(deadlineOf(call, T0)).toEqual({ at: T0 + 4000, remedy: 'ask-carrier' });
    expect(deadlineOf({ ...call, endReason: 'agent-failed' }, T0)).toEqual({
      at: T0 + 30_000,
      remedy: 'ask-carrier',
    });
    expect(deadlineOf({ ...call, endReason: 'stream-failed' }, T0)?.at).toBe(T0 + 30_000);
  });

  it('is over when the call is', () => {
    expect(deadlineOf(callWith({ status: 'completed', endReason: 'agent-ended' }), T0)).toBeUndefined();
  });
});
