/** Which call on the carrier's list is ours, when its answer was lost: none rather than a stranger's. */
import { fitting, isRival, matchPlaced } from '../../src/core/call/match-placed.js';
import { callWith, T0 } from '../support/builders.js';

const asked = callWith({ id: 'call_1', times: { startedAt: T0 } });
const placed = (twilioCallSid: string, createdAt = T0) => ({ twilioCallSid, createdAt });

describe('a call on the carrier’s list fits', () => {
  it.each([
    [-2001, false],
    [-2000, true],
    [0, true],
    [75_000, true],
    // The store may have been away for as long as a phone rings.
    [135_000, true],
    [135_001, false],
  ])('when it was made %d ms after it was asked for: %s', (after, fits) => {
    expect(fitting(asked, [placed('CA1', T0 + after)])).toHaveLength(fits ? 1 : 0);
  });

  it('never when nothing was asked for', () => {
    expect(fitting(callWith({ times: { startedAt: null } }), [placed('CA1')])).toEqual([]);
  });
});

describe('what is left on the list', () => {
  it('is ours when it can be nobody else’s', () => {
    expect(matchPlaced([placed('CA1'), placed('CA2')], new Set(['CA1']), false)).toEqual({
      twilioCallSid: 'CA2',
    });
  });

  it.each([
    ['nothing', [], [], false, 'none'],
    ['nothing that is free', ['CA1'], ['CA1'], true, 'none'],
    ['two', ['CA1', 'CA2'], [], false, 'ambiguous'],
    ['one, for which two of ours wait', ['CA1'], [], true, 'ambiguous'],
  ] as const)('is not taken when it is %s', (_what, sids, taken, hasRival, match) => {
    expect(
      matchPlaced(
        sids.map((sid) => placed(sid)),
        new Set(taken),
        hasRival,
      ),
    ).toBe(match);
  });
});

describe('another call of ours is a rival', () => {
  const other = { id: 'call_2', times: { startedAt: T0 + 1000 } } as const;

  it('when it was asked for at about that time, with the same numbers, and has no id yet', () => {
    expect(isRival(asked, callWith(other))).toBe(true);
    expect(isRival(asked, callWith({ ...other, status: 'failed', endReason: 'carrier-failed' }))).toBe(true);
  });

  it.each([
    ['is the call itself', { id: 'call_1' }],
    ['has its id', { twilioCallSid: 'CA1' }],
    ['rings another number', { to: '+14155550199' }],
    ['shows another number', { from: '+14155550198' }],
    ['was asked for much later', { times: { startedAt: T0 + 138_000 } }],
    ['was never asked for', { times: { startedAt: null } }],
    ['came in', { direction: 'inbound' }],
    ['was refused', { failure: { code: 'carrier-refused', detail: '' } }],
  ] as const)('and none when it %s', (_why, fields) => {
    expect(isRival(asked, callWith({ ...other, ...fields }))).toBe(false);
  });
});
