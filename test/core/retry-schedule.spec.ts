/** What follows from an attempt to post an event. */
import { GIVEN_UP_AFTER_SECONDS, verdictOn } from '../../src/core/webhook/retry-schedule.js';

const FRESH = { attempts: 1, ageSeconds: 0 };
const answered = (status: number) => ({ status, error: null });
const REFUSED = { status: null, error: 'ECONNREFUSED' };

describe('an event that was posted', () => {
  it.each([200, 201, 204, 299])('is delivered when the answer is %d', (status) => {
    expect(verdictOn(answered(status), FRESH, 0.5)).toEqual({ kind: 'delivered' });
  });

  it.each([100, 301, 302, 307, 308, 400, 401, 404, 409, 429, 500, 503])(
    'is tried again when the answer is %d',
    (status) => {
      expect(verdictOn(answered(status), FRESH, 0.5)).toMatchObject({ kind: 'retry' });
    },
  );

  it('is tried again when no answer came', () => {
    expect(verdictOn(REFUSED, FRESH, 0.5)).toMatchObject({ kind: 'retry' });
  });

  it('is given up at once when the receiver is gone for good', () => {
    expect(verdictOn(answered(410), FRESH, 0.5)).toEqual({ kind: 'failed' });
  });

  it('is given up after a day, and not before it was tried', () => {
    const day = { attempts: 20, ageSeconds: GIVEN_UP_AFTER_SECONDS };
    expect(verdictOn(REFUSED, { ...day, ageSeconds: day.ageSeconds - 1 }, 0.5)).toMatchObject({
      kind: 'retry',
    });
    expect(verdictOn(REFUSED, day, 0.5)).toEqual({ kind: 'failed' });
    expect(verdictOn(answered(204), day, 0.5)).toEqual({ kind: 'delivered' });
  });
});

describe('the pause before the next attempt', () => {
  const pauseAfter = (attempts: number, random = 0.5): number => {
    const verdict = verdictOn(REFUSED, { attempts, ageSeconds: 0 }, random);
    return verdict.kind === 'retry' ? verdict.inSeconds : Number.NaN;
  };

  it('grows from seconds to hours, and has several attempts in a day', () => {
    const pauses = Array.from({ length: 12 }, (_, at) => pauseAfter(at + 1));
    expect(pauses[0]).toBe(5);
    expect(pauses.at(-1)).toBe(4 * 3600);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    let attempts = 1;
    for (let age = 0; age < GIVEN_UP_AFTER_SECONDS; attempts += 1) age += pauseAfter(attempts);
    expect(attempts).toBeGreaterThan(10);
  });

  it('differs by chance, so that what failed together does not come together', () => {
    expect([pauseAfter(2, 0), pauseAfter(2, 1)]).toEqual([22.5, 37.5]);
  });

  it('is as long as the receiver asks for, within bounds', () => {
    const asking = (retryAfterSeconds: number) =>
      verdictOn({ ...answered(503), retryAfterSeconds }, FRESH, 0.5);
    expect(asking(120)).toEqual({ kind: 'retry', inSeconds: 120 });
    expect(asking(1)).toEqual({ kind: 'retry', inSeconds: 5 });
    expect(asking(1e9)).toEqual({ kind: 'retry', inSeconds: 4 * 3600 });
  });
});
