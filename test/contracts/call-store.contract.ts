/**
 * What every store of calls must do, whatever it is made of. A durable one runs the same suite.
 */
import type { Call } from '../../src/core/call/call.js';
import type { Batch, CallNotice, CallStore } from '../../src/core/call/call.store.js';
import type { TimelineEvent } from '../../src/core/call/timeline.js';
import { callWith, T0 } from '../support/builders.js';
import { eventually } from '../support/whole-system.js';

/** @param open gives a new, empty store for each test */
export function callStoreContract(name: string, open: () => Promise<CallStore>): void {
  describe(`a store of calls ${name}`, () => {
    let count = 0;
    /** A batch of such events, under a name of its own. */
    const batchOf = (...types: Batch['entries'][number]['type'][]): Batch => {
      count += 1;
      const entries = types.map((type, at) => ({ type, at: T0 + at, details: { place: at } }));
      return { name: `batch ${count}`, entries };
    };
    let store: CallStore;

    beforeEach(async () => {
      store = await open();
    });

    const insertAll = async (calls: readonly Call[]): Promise<void> => {
      for (const call of calls) await store.insert(call, batchOf());
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
      await store.insert(call, batchOf());
      expect(await store.find(call.id)).toEqual(call);
    });

    it('knows nothing of what was never put in', async () => {
      expect(await store.find('call_unknown')).toBeUndefined();
      expect(await store.findBySid('CAunknown')).toBeUndefined();
      expect(await store.replace(callWith({ version: 2 }), batchOf())).toBe(false);
    });

    it('finds a call by the carrier’s id, given at once or later', async () => {
      const inbound = callWith({ twilioCallSid: 'CA1' });
      const outbound = callWith();
      await insertAll([inbound, outbound]);
      expect(await store.findBySid('CA1')).toEqual(inbound);
      const dialled = { ...outbound, version: 2, twilioCallSid: 'CA2' };
      await store.replace(dialled, batchOf());
      expect(await store.findBySid('CA2')).toEqual(dialled);
    });

    it('replaces only the version that the writer has seen', async () => {
      const call = callWith();
      await store.insert(call, batchOf());
      expect(await store.replace({ ...call, version: 2, status: 'initiated' }, batchOf())).toBe(true);
      expect(await store.replace({ ...call, version: 2, status: 'ringing' }, batchOf())).toBe(false);
      expect(await store.replace({ ...call, version: 4, status: 'ringing' }, batchOf())).toBe(false);
      expect(await store.replace({ ...call, version: 3, status: 'ringing' }, batchOf())).toBe(true);
      expect(await store.find(call.id)).toMatchObject({ version: 3, status: 'ringing' });
    });

    it('lets one of many writers win', async () => {
      const call = callWith();
      await store.insert(call, batchOf());
      const won = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          store.replace({ ...call, version: 2, agentId: `agent_${at}` }, batchOf()),
        ),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store.find(call.id)).toMatchObject({ agentId: `agent_${won.indexOf(true)}` });
    });

    it('takes the words out of what is written already, when the record says so', async () => {
      const call = callWith({ status: 'completed' });
      const other = callWith({ status: 'completed' });
      const details = { text: 'so it was', input: { of: 'it' }, digits: '4711', eventId: 7, outcome: 'ok' };
      const words = (name: string): Batch => ({ name, entries: [{ type: 'turn.agent', at: T0, details }] });
      await store.insert(call, words('said'));
      await store.insert(other, words('said by others'));
      const erased = { transcript: true, person: false };
      await store.replace({ ...call, version: 2, erased }, batchOf('record.erased'));
      const [said, told] = await store.events(call.id, 0, 10);
      expect(said).toMatchObject({ type: 'turn.agent', details: { eventId: 7, outcome: 'ok' } });
      expect(Object.keys(said?.details ?? {})).toHaveLength(2);
      expect(told).toMatchObject({ type: 'record.erased', seq: 2 });
      expect((await store.events(other.id, 0, 10))[0]?.details).toEqual(details);
      expect(await store.find(call.id)).toMatchObject({ erased });
    });

    it('takes no words of a call any more whose words were taken out', async () => {
      const call = callWith({ status: 'completed' });
      const said = { type: 'turn.agent', at: T0, details: { eventId: 7, text: 'It is John' } } as const;
      await insertAll([call]);
      const erased = { transcript: true, person: false };
      await store.replace({ ...call, version: 2, erased }, { name: 'erased', entries: [said] });
      await store.append(call.id, { name: 'said too late', entries: [said] });
      const events = await store.events(call.id, 0, 10);
      expect(events.slice(-2).map(({ details }) => details)).toEqual([{ eventId: 7 }, { eventId: 7 }]);
    });

    it('counts the calls that have not ended', async () => {
      const [one, two, three] = [callWith(), callWith({ status: 'ringing' }), callWith({ status: 'busy' })];
      await insertAll([one, two, three]);
      expect(await store.countLive()).toBe(2);
      await store.replace({ ...one, version: 2, status: 'completed' }, batchOf());
      await store.replace({ ...one, version: 2, status: 'completed' }, batchOf());
      expect(await store.countLive()).toBe(1);
      await store.replace({ ...two, version: 2, status: 'in-progress' }, batchOf());
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
      await store.insert(callWith({ times: { createdAt: T0 + 99 } }), batchOf());
      expect(await idsOf({}, 2, first?.nextCursor ?? '')).toEqual([calls[1]?.id, calls[0]?.id]);
    });

    it('ends a list that fits exactly with no cursor, and an empty one too', async () => {
      expect(await store.list({}, 5)).toEqual({ calls: [], nextCursor: null });
      await insertAll([callWith(), callWith()]);
      expect(await store.list({}, 2)).toMatchObject({ nextCursor: null });
    });

    it('refuses a cursor that it never gave', async () => {
      await store.insert(callWith(), batchOf());
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

    describe('and their timelines', () => {
      const typesOf = (events: readonly TimelineEvent[]): string[] => events.map(({ type }) => type);

      it('numbers the events of a call without a gap, whoever wrote them', async () => {
        const call = callWith();
        await store.insert(call, batchOf('call.created'));
        await store.replace({ ...call, version: 2 }, batchOf('call.dialing', 'call.initiated'));
        await store.append(call.id, batchOf('turn.agent'));
        await store.append(call.id, batchOf());
        await store.append(call.id, batchOf('turn.caller'));
        const events = await store.events(call.id, 0, 100);
        expect(typesOf(events)).toEqual([
          'call.created',
          'call.dialing',
          'call.initiated',
          'turn.agent',
          'turn.caller',
        ]);
        expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
        expect(events[2]).toMatchObject({ callId: call.id, at: T0 + 1, details: { place: 1 } });
      });

      it('numbers them without a gap also when many write at once', async () => {
        const call = callWith();
        await store.insert(call, batchOf('call.created'));
        await Promise.all(
          Array.from({ length: 40 }, () => store.append(call.id, batchOf('turn.agent', 'turn.caller'))),
        );
        const events = await store.events(call.id, 0, 1000);
        expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 81 }, (_, at) => at + 1));
      });

      it('writes the events of a change only with the change', async () => {
        const call = callWith();
        await store.insert(call, batchOf('call.created'));
        expect(await store.replace({ ...call, version: 3 }, batchOf('call.ended'))).toBe(false);
        expect(typesOf(await store.events(call.id, 0, 10))).toEqual(['call.created']);
        expect(await store.append('call_unknown', batchOf('turn.agent'))).toBe(false);
      });

      it('knows a batch by its name', async () => {
        const call = callWith();
        await store.insert(call, batchOf('call.created'));
        const batch = batchOf('turn.agent');
        expect(await store.hasBatch(call.id, batch.name)).toBe(false);
        await store.append(call.id, batch);
        expect(await store.hasBatch(call.id, batch.name)).toBe(true);
      });

      it('enters a batch once, however often it comes', async () => {
        const call = callWith();
        await store.insert(call, batchOf('call.created'));
        const batch = batchOf('turn.agent', 'turn.caller');
        const written = await Promise.all(Array.from({ length: 5 }, () => store.append(call.id, batch)));
        expect(written).toEqual([true, true, true, true, true]);
        const types = typesOf(await store.events(call.id, 0, 10));
        expect(types).toEqual(['call.created', 'turn.agent', 'turn.caller']);
        await store.append(call.id, batchOf('caller.pressed'));
        expect((await store.events(call.id, 0, 10)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
      });

      it('gives the events behind a number, as many as asked for', async () => {
        const call = callWith();
        await store.insert(call, batchOf('call.created', 'call.dialing', 'call.initiated', 'call.ringing'));
        expect(typesOf(await store.events(call.id, 1, 2))).toEqual(['call.dialing', 'call.initiated']);
        expect(await store.events(call.id, 4, 2)).toEqual([]);
        expect(await store.events('call_unknown', 0, 2)).toEqual([]);
      });

      it('gives the events of all calls from a place on, each once', async () => {
        const [one, two] = [callWith(), callWith()];
        await store.insert(one, batchOf('call.created'));
        const start = await store.eventsOfAll(undefined, 10);
        expect(start?.events).toEqual([]);
        await store.insert(two, batchOf('call.created', 'call.dialing'));
        await store.append(one.id, batchOf('turn.agent'));
        const seen: TimelineEvent[] = [];
        let place = start?.cursor;
        // A transaction of another test on the same server may hold them back, and put the start before the first event.
        await eventually(
          async () => {
            const page = await store.eventsOfAll(place, 2);
            seen.push(...(page?.events ?? []));
            place = page?.cursor;
            return seen;
          },
          (events) => events.some(({ type }) => type === 'turn.agent'),
        );
        const later = seen.filter(({ callId, type }) => callId === two.id || type === 'turn.agent');
        expect(later.map(({ callId, type }) => [callId, type])).toEqual([
          [two.id, 'call.created'],
          [two.id, 'call.dialing'],
          [one.id, 'turn.agent'],
        ]);
        expect(await store.eventsOfAll(place, 2)).toEqual({ events: [], cursor: place });
        expect(await store.eventsOfAll(later[0]?.cursor, 1)).toMatchObject({
          events: [{ type: 'call.dialing' }],
        });
      });

      it('refuses a place that it never gave', async () => {
        expect(await store.eventsOfAll('made-up', 5)).toBeUndefined();
      });

      it('tells of what was written, to everybody who watches', async () => {
        const call = callWith({ webhookUrl: 'https://app.example.com/hooks' });
        const told: CallNotice[] = [];
        store.watch((notice) => {
          if (notice !== 'missed') told.push(notice);
        });
        await store.insert(call, batchOf('call.created'));
        await store.replace({ ...call, version: 2 }, batchOf('call.dialing'));
        // A connection that listens is made meanwhile: what is written before it is there is not told one by one.
        let seq = 2;
        while (told.at(-1)?.version !== 2) {
          await store.append(call.id, batchOf('turn.agent'));
          seq += 1;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        const last = told.at(-1);
        expect(last).toEqual({ callId: call.id, version: 2, seq: last?.seq, isPosted: true });
        expect(last?.seq).toBeLessThanOrEqual(seq);
      });
    });

    it('says that it works', async () => {
      await expect(store.check()).resolves.toBeUndefined();
    });
  });
}
