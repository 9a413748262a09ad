/** When a replica has no room on its event loop for another call. */
import { LoopLoad } from '../../src/core/loop-load.js';

function after(limit: number, ...shares: number[]): LoopLoad {
  const load = new LoopLoad(limit);
  for (const share of shares) load.wasBusy(share);
  return load;
}

describe('an event loop', () => {
  it('is saturated once it was busy for five seconds in the mean', () => {
    expect(after(0.9, 1, 1, 1, 1).isSaturated).toBe(false);
    expect(after(0.9, 1, 1, 1, 1, 0.5).isSaturated).toBe(true);
    expect(after(0.9, 1, 1, 1, 1, 0.49).isSaturated).toBe(false);
  });

  it('is not saturated by one busy second', () => {
    expect(after(0.9, 0.2, 0.2, 0.2, 0.2, 0.2, 1).isSaturated).toBe(false);
  });

  it('has to have some room again before it takes calls', () => {
    const load = after(0.9, 0.95, 0.95, 0.95, 0.95, 0.95);
    for (let second = 0; second < 5; second += 1) load.wasBusy(0.85);
    expect(load.isSaturated).toBe(true);
    for (let second = 0; second < 5; second += 1) load.wasBusy(0.8);
    expect(load.isSaturated).toBe(false);
  });

  it('is never saturated where that is switched off', () => {
    expect(after(1, 1, 1, 1, 1, 1, 1).isSaturated).toBe(false);
  });

  it('tells the mean of the last five seconds', () => {
    expect(after(0.9, 0, 0, 1, 1, 1, 1, 1).busy).toBe(1);
    expect(after(0.9).busy).toBe(0);
  });
});
