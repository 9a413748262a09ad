/**
 * What every store of calls must do, whatever it is made of. A durable one runs the same suite.
 */
import type { Call } from '../../src/core/call/call.js';
import type { CallStore } from '../../src/core/call/call.store.js';
import { callWith, T0 } from '../support/builders.js';

/** @param open gives a new, empty store for each test */
export function callStoreContract(name: string, open: () => Promise<CallStore>): void {
  describe(`a store of calls ${name}`, () => {
    let store: CallStore;

    beforeEach(async () => {
      store = await open();
    });

    const insertAll = async (calls: readonly Call[]): Promise<void> => {
      for (const call of calls) await store.insert(call);
    };
    const idsOf = async (...asked: Parameters<CallStore['list']>): Promise<readonly string[] | undefined> =>
      (await store.list(...asked))?.calls.map(({ id }) => id);

    it('gives back what was put in, every field of it', async () => {
      const call = callWith({
        variables: { name: 'Zoë', count: 3, ratio: 0.5, yes: false },
        overrides: { firstMessage: 'Hello', language: 'en' },
        metadata: { order: '4711' },
        failure: { code: 'agent-lost', detail: 'gone' },
        times: { startedAt: T0 + 1, answeredAt: T0 + 2 },
      });
      await store.insert(call);
      expect(await store.find(call.id)).toEqual(call);
    });

    it('knows nothing of what was never put in', async () => {
      expect(await store.find('call_unknown')).toBeUndefined();
      expect(await store.findBySid('CAunknown')).toBeUndefined();
      expect(await store.replace(callWith({ version: 2 }))).toBe(false);
    });

    it('finds a call by the carrier’s id, given at once or later', async () => {
      const inbound = callWith({ twilioCallSid: 'CA1' });
      const outbound = callWith();
      await insertAll([inbound, outbound]);
      expect(await store.findBySid('CA1')).toEqual(inbound);
      const dialled = { ...outbound, version: 2, twilioCallSid: 'CA2' };
      await store.replace(dialled);
      expect(await store.findBySid('CA2')).toEqual(dialled);
    });

    it('replaces only the version that the writer has seen', async () => {
      const call = callWith();
      await store.insert(call);
      expect(await store.replace({ ...call, version: 2, status: 'initiated' })).toBe(true);
      expect(await store.replace({ ...call, version: 2, status: 'ringing' })).toBe(false);
      expect(await store.replace({ ...call, version: 4, status: 'ringing' })).toBe(false);
      expect(await store.replace({ ...call, version: 3, status: 'ringing' })).toBe(true);
      expect(await store.find(call.id)).toMatchObject({ version: 3, status: 'ringing' });
    });

    it('lets one of many writers win', async () => {
      const call = callWith();
      await store.insert(call);
      const won = await Promise.all(
        Array.from({ length: 20 }, (_, at) => store.replace({ ...call, version: 2, agentId: `agent_${at}` })),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store.find(call.id)).toMatchObject({ agentId: `agent_${won.indexOf(true)}` });
    });

    it('counts the calls that have not ended', async () => {
      const [one, two, three] = [callWith(), callWith({ status: 'ringing' }), callWith({ status: 'busy' })];
      await insertAll([one, two, three]);
      expect(await store.countLive()).toBe(2);
      await store.replace({ ...one, version: 2, status: 'completed' });
      await store.replace({ ...one, version: 2, status: 'completed' });
      expect(await store.countLive()).toBe(1);
      await store.replace({ ...two, version: 2, status: 'in-progress' });
      expect(await store.countLive()).toBe(1);
    });

    it('lists the newest first, page by page, each call once', async () => {
      const calls = Array.from({ length: 7 }, (_, at) => callWith({ times: { createdAt: T0 + at } }));
      await insertAll(calls);
      const seen: string[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await store.list({}, 3, cursor);
        seen.push(...(page?.calls.map(({ id }) => id) ?? []));
        cursor = page?.nextCursor ?? undefined;
        pages += 1;
      } while (cursor !== undefined && pages < 10);
      expect(seen).toEqual(calls.map(({ id }) => id).toReversed());
      expect(pages).toBe(3);
    });

    it('goes on behind the cursor when newer calls have come meanwhile', async () => {
      const calls = Array.from({ length: 4 }, (_, at) => callWith({ times: { createdAt: T0 + at } }));
      await insertAll(calls);
      const first = await store.list({}, 2);
      await store.insert(callWith({ times: { createdAt: T0 + 99 } }));
      expect(await idsOf({}, 2, first?.nextCursor ?? '')).toEqual([calls[1]?.id, calls[0]?.id]);
    });

    it('ends a list that fits exactly with no cursor, and an empty one too', async () => {
      expect(await store.list({}, 5)).toEqual({ calls: [], nextCursor: null });
      await insertAll([callWith(), callWith()]);
      expect(await store.list({}, 2)).toMatchObject({ nextCursor: null });
    });

    it('refuses a cursor that it never gave', async () => {
      await store.insert(callWith());
      expect(await store.list({}, 5, 'made-up')).toBeUndefined();
    });

    it('filters by status, number, agent and time, also together', async () => {
      const a = callWith({ status: 'busy', to: '+14155550001', times: { createdAt: T0 } });
      const b = callWith({ agentId: 'agent_2', to: '+14155550001', times: { createdAt: T0 + 10 } });
      const c = callWith({ times: { createdAt: T0 + 20 } });
      await insertAll([a, b, c]);
      expect(await idsOf({ status: 'busy' }, 5)).toEqual([a.id]);
      expect(await idsOf({ to: '+14155550001' }, 5)).toEqual([b.id, a.id]);
      expect(await idsOf({ agentId: 'agent_2', to: '+14155550001' }, 5)).toEqual([b.id]);
      expect(await idsOf({ agentId: 'agent_2', status: 'busy' }, 5)).toEqual([]);
      // Both ends belong to the span.
      expect(await idsOf({ createdFrom: T0 + 10 }, 5)).toEqual([c.id, b.id]);
      expect(await idsOf({ createdFrom: T0, createdTo: T0 + 10 }, 5)).toEqual([b.id, a.id]);
    });

    it('pages through a filtered list', async () => {
      const calls = Array.from({ length: 6 }, (_, at) =>
        callWith({ agentId: at % 2 === 0 ? 'even' : 'odd', times: { createdAt: T0 + at } }),
      );
      await insertAll(calls);
      const first = await store.list({ agentId: 'even' }, 2);
      expect(first?.calls.map(({ id }) => id)).toEqual([calls[4]?.id, calls[2]?.id]);
      const second = await store.list({ agentId: 'even' }, 2, first?.nextCursor ?? '');
      expect(second).toMatchObject({ calls: [{ id: calls[0]?.id }], nextCursor: null });
    });

    it('says that it works', async () => {
      await expect(store.check()).resolves.toBeUndefined();
    });
  });
}
