/** What every keeper of the keys to media sockets must do, whatever it is made of. */
import type { StreamTokenStore } from '../../src/core/call/stream-token.store.js';

export interface OpenStreamTokenStore {
  readonly store: StreamTokenStore;
  /** Makes everything that is kept older. */
  readonly age: (ms: number) => Promise<void>;
}

/** @param open gives a new, empty store for each test */
export function streamTokenStoreContract(name: string, open: () => Promise<OpenStreamTokenStore>): void {
  describe(`stream tokens ${name}`, () => {
    let store: StreamTokenStore;
    let age: OpenStreamTokenStore['age'];
    beforeEach(async () => {
      ({ store, age } = await open());
    });

    it('are found any number of times, and redeemed once', async () => {
      await store.issue('hash', 'call_1', 60_000);
      expect(await store.find('hash')).toBe('call_1');
      expect(await store.find('hash')).toBe('call_1');
      expect(await store.redeem('hash')).toBe('call_1');
      expect(await store.redeem('hash')).toBeUndefined();
      expect(await store.find('hash')).toBeUndefined();
    });

    it('are used up together with the others of their call, and no more than those', async () => {
      await store.issue('first', 'call_1', 60_000);
      await store.issue('second', 'call_1', 60_000);
      await store.issue('other', 'call_2', 60_000);
      expect(await store.redeem('second')).toBe('call_1');
      expect(await store.redeem('first')).toBeUndefined();
      expect(await store.redeem('other')).toBe('call_2');
    });

    it('open one line, whoever comes with whichever of them at the same moment', async () => {
      for (let at = 0; at < 20; at += 1) await store.issue(`hash ${at}`, 'call_1', 60_000);
      const asked = Array.from({ length: 20 }, (_, at) => store.redeem(`hash ${at}`));
      expect((await Promise.all(asked)).filter((callId) => callId !== undefined)).toEqual(['call_1']);
    });

    it('expire', async () => {
      await store.issue('hash', 'call_1', 60_000);
      await age(60_001);
      expect(await store.find('hash')).toBeUndefined();
      expect(await store.redeem('hash')).toBeUndefined();
      await store.issue('hash', 'call_2', 60_000);
      expect(await store.redeem('hash')).toBe('call_2');
    });
  });
}
