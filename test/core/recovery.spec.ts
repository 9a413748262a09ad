/** What becomes of a call whose replica is gone. */
import { recoveryOf } from '../../src/core/call/recovery.js';
import { CALL_SID, callWith, T0 } from '../support/builders.js';

const ASKED = { startedAt: T0 };
const STREAMING = { startedAt: T0, answeredAt: T0, streamStartedAt: T0 };

describe('a call whose replica is gone', () => {
  it.each([
    ['is dialled when nobody has asked for it yet', {}, 1000, 'dial'],
    ['is given up when it would ring minutes later', {}, 300_001, 'give-up'],
    ['is looked for at Twilio when the answer was lost', { times: ASKED }, 1000, 'reconcile'],
    ['is watched while it rings', { times: ASKED, twilioCallSid: CALL_SID }, 1000, 'watch'],
    [
      'is ended when its conversation died with it',
      { times: STREAMING, twilioCallSid: CALL_SID },
      1000,
      'end',
    ],
    [
      'is watched to its end when that was decided before',
      { times: STREAMING, twilioCallSid: CALL_SID, endReason: 'agent-ended' as const },
      1000,
      'watch',
    ],
    ['is left alone when it has ended', { status: 'completed' as const }, 1000, 'watch'],
  ])('%s', (_name, fields, afterMs, recovery) => {
    expect(recoveryOf(callWith(fields), T0 + afterMs)).toBe(recovery);
  });
});
