/**
 * On which terms a store of calls lets a new call in, one after the other however many come at once.
 */
import type { Call } from '../../src/core/call/call.js';
import type { CallStore, Cap, EntryRefusal, EntryTerms } from '../../src/core/call/call.store.js';
import { callWith, T0 } from '../support/builders.js';

const MINUTE_MS = 60_000;
const KEY = 'key_0123456789ab';

function capOf(of: Cap['of'], most: number, withinMs = 10 * MINUTE_MS): Cap {
  return { of, most, withinMs, since: T0 - withinMs, limit: `${most}/10m` };
}

/** @param open gives a new, empty store for each test */
export function callEntryContract(name: string, open: () => Promise<CallStore>): void {
  describe(`a store of calls ${name}, asked to let a call in`, () => {
    let store: CallStore;
    let count = 0;

    beforeEach(async () => {
      store = await open();
    });

    const insert = (call: Call, terms: EntryTerms): Promise<EntryRefusal | undefined> => {
      count += 1;
      return store.insert(call, { name: `batch ${count}`, entries: [] }, terms);
    };

    describe('under a budget', () => {
      const budget = { since: T0, limitUsdMicros: 1000, usdMicrosPerMinute: 100 };
      const worth = async (reserveUsdMicros: number, call = callWith()): Promise<string> =>
        (await insert(call, { reserveUsdMicros, budget }))?.of ?? 'in';

      it('takes calls until what they are taken to cost would cross it', async () => {
        expect([await worth(400), await worth(601), await worth(600), await worth(1)]).toEqual([
          'in',
          'budget',
          'in',
          'budget',
        ]);
        expect(await store.countLive()).toBe(2);
      });

      it('lets no more through when many come at once', async () => {
        const taken = await Promise.all(Array.from({ length: 12 }, () => worth(300)));
        expect(taken.filter((answer) => answer === 'in')).toHaveLength(3);
      });

      it('counts an ended call at its cost, and one of an earlier day not at all', async () => {
        const call = callWith();
        await worth(900, call);
        await worth(900, callWith({ times: { createdAt: T0 - 1 } }));
        const cost = { telephony: { usdMicros: 100, final: true }, agent: { usdMicros: 50, final: false } };
        await store.replace(
          { ...call, version: 2, status: 'completed', cost },
          { name: 'the end', entries: [] },
        );
        expect([await worth(851), await worth(850)]).toEqual(['budget', 'in']);
      });
    });

    describe('within limits by time', () => {
      const at = (minutesAgo: number, fields: Partial<Call> = {}): Call =>
        callWith({ placedBy: KEY, ...fields, times: { createdAt: T0 - minutesAgo * MINUTE_MS } });
      const place = (call: Call, ...caps: Cap[]): Promise<EntryRefusal | undefined> =>
        insert(call, {
          reserveUsdMicros: 0,
          caps,
          ...(call.direction === 'inbound' ? {} : { destination: `hash of ${call.to}` }),
        });

      it('takes as many calls to one number as may be, and says which one stands in the way', async () => {
        const cap = capOf('destination', 2);
        for (const call of [at(11), at(9), at(5)]) await place(call);
        expect(await place(at(0), cap)).toEqual({ of: 'cap', cap, oldestAt: T0 - 9 * MINUTE_MS });
        expect(await place(at(0), capOf('destination', 3))).toBeUndefined();
        expect(await place(at(0, { to: '+14155550199' }), cap)).toBeUndefined();
      });

      it('counts calls that we placed, and none that rang us', async () => {
        const cap = capOf('destination', 1);
        await place(at(1, { direction: 'inbound' }));
        expect(await place(at(0), cap)).toBeUndefined();
        expect(await place(at(0), cap)).toMatchObject({ of: 'cap' });
      });

      it('counts a call whose number was taken out of its record', async () => {
        const cap = capOf('destination', 1);
        const call = at(1);
        await place(call);
        await store.replace(
          {
            ...call,
            version: 2,
            status: 'completed',
            to: 'anonymous',
            erased: { transcript: true, person: true },
          },
          { name: 'the erasure', entries: [] },
        );
        expect(await place(at(0), cap)).toMatchObject({ of: 'cap' });
      });

      it('counts calls by their key, whatever number they went to', async () => {
        const cap = capOf('key', 1);
        await place(at(1, { to: '+14155550199' }));
        expect(await place(at(0), cap)).toMatchObject({ of: 'cap', cap });
        expect(await place(at(0, { placedBy: 'key_of_another' }), cap)).toBeUndefined();
      });

      it('refuses by the first of several limits that is reached', async () => {
        const caps = [capOf('destination', 5), capOf('destination', 1, MINUTE_MS), capOf('key', 1)];
        await place(at(5));
        expect(await place(at(0), ...caps)).toMatchObject({ cap: { of: 'key' } });
        await place(at(0.5));
        expect(await place(at(0), ...caps)).toMatchObject({
          cap: { of: 'destination', withinMs: MINUTE_MS },
        });
      });

      it('lets no more through when many come at once', async () => {
        const caps = [capOf('destination', 3), capOf('key', 4)];
        const answers = await Promise.all(
          Array.from({ length: 16 }, (_each, number) =>
            place(at(0, { to: number % 2 === 0 ? '+14155550123' : '+14155550199' }), ...caps),
          ),
        );
        expect(answers.filter((answer) => answer === undefined)).toHaveLength(4);
      });
    });
  });
}
