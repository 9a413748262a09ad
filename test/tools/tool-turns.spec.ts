/** How many runs of a tool there may be at once, and who waits. */
import { GIVEN_UP_MS, PATIENCE_MS, ToolTurns } from '../../src/tools/tool-turns.js';
import { ManualClock, settled } from '../support/manual-clock.js';

const never = new AbortController().signal;

describe('the turns of a tool', () => {
  it('are taken at once while there are some', async () => {
    const clock = new ManualClock();
    const turns = new ToolTurns(2, clock);
    expect(await turns.take(never)).toBeDefined();
    expect(await turns.take(never)).toBeDefined();
    expect(turns.running).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it('are waited for a little, in order', async () => {
    const clock = new ManualClock();
    const turns = new ToolTurns(1, clock);
    const first = await turns.take(never);
    const got: string[] = [];
    const second = turns.take(never).then((turn) => (got.push('second'), turn));
    await settled();
    expect(got).toEqual([]);
    first?.release();
    first?.release();
    expect(await second).toBeDefined();
    expect(turns.running).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('are not had when none comes free in time, or as many wait as may run', async () => {
    const clock = new ManualClock();
    const turns = new ToolTurns(1, clock);
    await turns.take(never);
    const waiting = turns.take(never);
    expect(await turns.take(never)).toBeUndefined();
    await clock.pass(PATIENCE_MS);
    expect(await waiting).toBeUndefined();
    expect(turns.running).toBe(1);
  });

  it('are left by whoever is gone', async () => {
    const clock = new ManualClock();
    const turns = new ToolTurns(1, clock);
    const first = await turns.take(never);
    const gone = new AbortController();
    const waiting = turns.take(gone.signal);
    gone.abort();
    expect(await waiting).toBeUndefined();
    first?.release();
    expect(turns.running).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('are held by a run that was given up, for a minute at most', async () => {
    const clock = new ManualClock();
    const turns = new ToolTurns(1, clock);
    const hanging = await turns.take(never);
    hanging?.giveUp();
    const waiting = turns.take(never);
    await clock.pass(PATIENCE_MS);
    expect(await waiting).toBeUndefined();
    await clock.pass(GIVEN_UP_MS);
    expect(await turns.take(never)).toBeDefined();
    hanging?.release();
    expect(turns.running).toBe(1);
  });
});
