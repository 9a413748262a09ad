/** How much is generated in a run, all files together. */
import { FACTOR, INPUTS } from './hostile.js';

describe('the hostile inputs of one run', () => {
  it('are ten thousand at least, and more when asked for', () => {
    const sum = Object.values(INPUTS).reduce((all, inputs) => all + inputs, 0);
    expect(sum).toBeGreaterThanOrEqual(10_000);
    expect(FACTOR).toBeGreaterThanOrEqual(1);
  });
});
