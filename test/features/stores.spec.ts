/** The stores behind the port, by its contract, and what is special about each. */
import { MemoryCallStore } from '../../src/persistence/memory.call-store.js';
import { callStoreContract } from '../contracts/call-store.contract.js';
import { callWith } from '../support/builders.js';

callStoreContract('in memory', () => Promise.resolve(new MemoryCallStore()));

describe('calls in memory', () => {
  it('are forgotten beyond a bound, ended ones only, oldest first', async () => {
    const store = new MemoryCallStore();
    const live = callWith({ status: 'in-progress', twilioCallSid: 'CAlive' });
    const oldest = callWith({ status: 'completed', twilioCallSid: 'CAoldest' });
    await store.insert(live);
    await store.insert(oldest);
    for (let at = 0; at < 10_000; at += 1) await store.insert(callWith({ status: 'completed' }));
    expect(await store.find(oldest.id)).toBeUndefined();
    expect(await store.findBySid('CAoldest')).toBeUndefined();
    expect(await store.find(live.id)).toEqual(live);
    expect(await store.countLive()).toBe(1);
  });
});
