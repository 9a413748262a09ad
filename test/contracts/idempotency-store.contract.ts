/** What every keeper of `Idempotency-Key` must do, whatever it is made of. */
import {
  ANSWER_KEPT_MS,
  CLAIM_MS,
  type Claim,
  type IdempotencyStore,
  type Offer,
} from '../../src/core/call/idempotency.store.js';

export interface OpenIdempotencyStore {
  readonly store: IdempotencyStore;
  /** Makes everything that is kept older. */
  readonly age: (ms: number) => Promise<void>;
}

const ANSWER = { status: 201, body: { id: 'call_1', variables: { b: 1, a: 2 } } };

/** @param open gives a new, empty store for each test */
export function idempotencyStoreContract(name: string, open: () => Promise<OpenIdempotencyStore>): void {
  describe(`idempotency keys ${name}`, () => {
    let store: IdempotencyStore;
    let age: OpenIdempotencyStore['age'];
    beforeEach(async () => {
      ({ store, age } = await open());
    });

    const offer = (callId: Offer['callId'], bodyHash = 'b'): Offer => ({ key: 'k', bodyHash, callId });
    const ours = (claim: Claim): Extract<Claim, { state: 'ours' }> => {
      if (claim.state !== 'ours') throw new Error(`the claim is ${claim.state}`);
      return claim;
    };

    it('are given to one of many who claim at the same moment', async () => {
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, at) => store.claim(offer(`call_${at}`))),
      );
      expect(claims.filter(({ state }) => state === 'ours')).toHaveLength(1);
      expect(claims.filter(({ state }) => state === 'pending')).toHaveLength(19);
    });

    it('give the answer as it was kept, and only the first that was', async () => {
      ours(await store.claim(offer('call_1')));
      expect(await store.settle('k', 'call_1', ANSWER)).toEqual(ANSWER);
      expect(await store.settle('k', 'call_1', { status: 201, body: 'another' })).toEqual(ANSWER);
      const again = await store.claim(offer('call_2'));
      expect(again).toEqual({ state: 'answered', answer: ANSWER, callId: 'call_1' });
      expect(JSON.stringify(again)).toContain('{"b":1,"a":2}');
    });

    it('tell another body from the first, before and after its answer', async () => {
      ours(await store.claim(offer('call_1')));
      expect(await store.claim(offer('call_2', 'other'))).toEqual({ state: 'conflict' });
      await store.settle('k', 'call_1', ANSWER);
      expect(await store.claim(offer('call_2', 'other'))).toEqual({ state: 'conflict' });
    });

    it('go over to a repeat, with the id of the first, when the first is not heard of any more', async () => {
      const first = ours(await store.claim(offer('call_1')));
      expect(first).toMatchObject({ callId: 'call_1', isTakenOver: false });
      await age(CLAIM_MS + 1);
      expect(await store.claim(offer('call_2', 'other'))).toEqual({ state: 'conflict' });
      expect(ours(await store.claim(offer('call_2')))).toMatchObject({ callId: 'call_1', isTakenOver: true });
      expect(await store.claim(offer('call_3'))).toEqual({ state: 'pending' });
    });

    it('are free again when released, but not by whom they were taken from, and not once answered', async () => {
      const first = ours(await store.claim(offer('call_1')));
      await age(CLAIM_MS + 1);
      const second = ours(await store.claim(offer('call_2')));
      await store.release('k', first.ticket);
      expect(await store.claim(offer('call_3'))).toEqual({ state: 'pending' });
      await store.release('k', second.ticket);
      const third = ours(await store.claim(offer('call_4')));
      expect(third).toMatchObject({ callId: 'call_4', isTakenOver: false });
      await store.settle('k', 'call_4', ANSWER);
      await store.release('k', third.ticket);
      expect(await store.claim(offer('call_5'))).toMatchObject({ state: 'answered' });
    });

    it('are forgotten after a day, swept or not', async () => {
      ours(await store.claim(offer('call_1')));
      await store.settle('k', 'call_1', ANSWER);
      await age(ANSWER_KEPT_MS - 60_000);
      await store.sweep();
      expect(await store.claim(offer('call_2'))).toMatchObject({ state: 'answered' });
      await age(60_001);
      expect(ours(await store.claim(offer('call_3', 'other')))).toMatchObject({
        callId: 'call_3',
        isTakenOver: false,
      });
      await age(ANSWER_KEPT_MS + 1);
      await store.sweep();
      expect(ours(await store.claim(offer('call_4')))).toMatchObject({ callId: 'call_4' });
    });
  });
}
