/** Work that waits its turn of the event loop. */
import { LoopTurns } from '../../src/ops/loop-turns.js';

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('turns of the event loop', () => {
  it('begin so much work at once each, in order, and what is left in the next ones', async () => {
    const turns = new LoopTurns(2);
    const begun: number[] = [];
    for (const number of [1, 2, 3, 4, 5]) turns.begin(() => void begun.push(number));
    expect(begun).toEqual([1, 2]);
    await nextTurn();
    expect(begun).toEqual([1, 2, 3, 4]);
    await nextTurn();
    expect(begun).toEqual([1, 2, 3, 4, 5]);
  });

  it('let in at once what comes later, when nothing waits', async () => {
    const turns = new LoopTurns(1);
    await turns.next();
    await nextTurn();
    let isBegun = false;
    turns.begin(() => (isBegun = true));
    expect(isBegun).toBe(true);
  });

  it('count work that is begun by work', async () => {
    const turns = new LoopTurns(1);
    const begun: string[] = [];
    turns.begin(() => {
      begun.push('outer');
      turns.begin(() => void begun.push('inner'));
    });
    expect(begun).toEqual(['outer']);
    await nextTurn();
    expect(begun).toEqual(['outer', 'inner']);
  });
});
