/** Event streams over HTTP: stored and live events as one sequence, and where a stream begins and ends. */
import { Module } from '@nestjs/common';
import { MAX_STREAMS } from '../../src/timeline/event-streams.js';
import { PAGE_EVENTS } from '../../src/timeline/event-hub.js';
import { DRAIN_TIMEOUT_MS, KEEP_ALIVE_MS } from '../../src/timeline/sse-response.js';
import { ManualClock } from '../support/manual-clock.js';
import { MemoryCallStore } from '../support/memory.call-store.js';
import { seqsOf, TimelineRig, upTo } from './timeline-rig.js';

describe('the event stream of a call', () => {
  let store: MemoryCallStore;
  let rig: TimelineRig;
  beforeEach(async () => {
    store = new MemoryCallStore();
    rig = await TimelineRig.start(store);
  });
  afterEach(() => rig.stop());

  it('gives what is stored, then what happens, and ends with the call', async () => {
    const call = await rig.given();
    await rig.tell(call, 2 * PAGE_EVENTS);
    const reader = await rig.stream(`/calls/${call.id}/events`);
    const stored = 2 * PAGE_EVENTS + 1;
    await reader.until(() => reader.messages.length === stored);
    await rig.tell(call);
    await reader.until(() => reader.messages.length === stored + 1);
    await rig.end(call);
    await reader.ended();
    expect(seqsOf(reader)).toEqual(upTo(stored + 2));
    expect(reader.messages.map(({ id }) => id)).toEqual(upTo(stored + 2).map(String));
    expect(reader.messages.at(-1)?.data).toEqual({
      id: `evt_${call.id.slice('call_'.length)}_${stored + 2}`,
      seq: stored + 2,
      callId: call.id,
      type: 'call.ended',
      at: new Date(1_795_000_000_000).toISOString(),
      details: { status: 'completed' },
    });
    expect(reader.isComplete).toBe(true);
  });

  it('says what it is, to clients and to proxies', async () => {
    const call = await rig.given();
    const reader = await rig.stream(`/calls/${call.id}/events`);
    expect(reader.status).toBe(200);
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      vary: 'Accept',
    });
    await reader.until(() => reader.messages.length === 1);
    expect(reader.retryMs).toBe(2000);
  });

  it.each(['header', 'query'])('goes on behind the last id, given in the %s', async (where) => {
    const call = await rig.given();
    await rig.tell(call, 5);
    const reader =
      where === 'header'
        ? await rig.follow(`/calls/${call.id}/events?lastEventId=1`, '4')
        : await rig.stream(`/calls/${call.id}/events?lastEventId=4`);
    await rig.tell(call);
    await reader.until(() => reader.messages.length === 3);
    expect(seqsOf(reader)).toEqual([5, 6, 7]);
  });

  it('tells of one call only', async () => {
    const [one, other] = [await rig.given(), await rig.given()];
    const reader = await rig.stream(`/calls/${one.id}/events`);
    await rig.tell(other, 3);
    await rig.tell(one);
    await reader.until(() => reader.messages.length === 2);
    expect(reader.messages.every(({ data }) => data['callId'] === one.id)).toBe(true);
  });

  it('gives of an ended call everything, then what was learnt since, then nothing', async () => {
    const call = await rig.given();
    await rig.end(call);
    const first = await rig.stream(`/calls/${call.id}/events`);
    await first.ended();
    expect(seqsOf(first)).toEqual([1, 2]);
    await rig.tell(call, 1, 'cost.changed');
    const second = await rig.follow(`/calls/${call.id}/events`, first.lastEventId);
    await second.ended();
    expect(second.messages.map(({ data }) => data['type'])).toEqual(['cost.changed']);
    const third = await rig.follow(`/calls/${call.id}/events`, second.lastEventId);
    expect(third.status).toBe(204);
    await third.ended();
  });

  it('refuses an unknown call and an unknown place before it begins', async () => {
    const call = await rig.given();
    const nowhere = await rig.stream('/calls/call_unknown/events');
    expect(nowhere.status).toBe(404);
    expect(nowhere.headers['content-type']).toMatch(/^application\/problem\+json/);
    for (const id of ['2', 'x', '-1', '1.5', '99999999999']) {
      const reader = await rig.follow(`/calls/${call.id}/events`, id);
      await reader.ended();
      expect(reader.status).toBe(400);
      expect(JSON.parse(reader.text)).toMatchObject({
        code: 'bad-input',
        errors: [{ field: 'Last-Event-ID' }],
      });
    }
  });

  it('does not begin while the store is away', async () => {
    const call = await rig.given();
    store.isAway = true;
    const reader = await rig.stream(`/calls/${call.id}/events`);
    expect(reader.status).toBe(503);
  });

  it('stays open while the store is away, and goes on when it is back', async () => {
    const clock = new ManualClock();
    const other = await TimelineRig.start(store, clock);
    try {
      const call = await other.given();
      const reader = await other.stream(`/calls/${call.id}/events`);
      await reader.until(() => reader.messages.length === 1);
      const read = nextRead(store);
      store.isAway = true;
      store.missNotices();
      await read;
      await clock.pass(60_000);
      store.isAway = false;
      await other.tell(call, 2);
      store.missNotices();
      await reader.until(() => reader.messages.length === 3);
      expect(seqsOf(reader)).toEqual([1, 2, 3]);
    } finally {
      await other.stop();
    }
  });

  it('says now and then that it is alive', async () => {
    const clock = new ManualClock();
    const other = await TimelineRig.start(store, clock);
    try {
      const reader = await other.stream('/events');
      await reader.until(() => reader.lastEventId !== undefined);
      // It rests once it has found nothing.
      while (clock.pending === 0) await clock.pass(0);
      await clock.pass(KEEP_ALIVE_MS);
      await reader.until(() => reader.comments.length === 1);
      expect(reader.messages).toEqual([]);
    } finally {
      await other.stop();
    }
  });

  it('is refused when there are too many, until a reader goes', async () => {
    const call = await rig.given();
    const readers = await Promise.all(upTo(MAX_STREAMS).map(() => rig.stream(`/calls/${call.id}/events`)));
    expect(await rig.openStreams()).toBe(MAX_STREAMS);
    const refused = await rig.stream(`/calls/${call.id}/events`);
    await refused.ended();
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'too-many-streams' });
    for (const reader of readers) reader.close();
    while ((await rig.openStreams()) > 0);
    expect((await rig.stream(`/calls/${call.id}/events`)).status).toBe(200);
  });

  it('answers HEAD with its headers alone', async () => {
    const call = await rig.given();
    const response = await fetch(`${rig.url}/calls/${call.id}/events`, {
      method: 'HEAD',
      headers: { authorization: 'Bearer a-key-of-the-tests-0123456789', accept: 'text/event-stream' },
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(await response.text()).toBe('');
  });
});

describe('the event stream of all calls', () => {
  let store: MemoryCallStore;
  let rig: TimelineRig;
  beforeEach(async () => {
    store = new MemoryCallStore();
    rig = await TimelineRig.start(store);
  });
  afterEach(() => rig.stop());

  it('begins now and says where that is, so that nothing is missed while a reader is gone', async () => {
    const one = await rig.given();
    const first = await rig.stream('/events');
    await first.until(() => first.lastEventId !== undefined);
    expect(first.messages).toEqual([]);
    first.close();
    await rig.tell(one, 2);
    const two = await rig.given();
    const second = await rig.follow('/events', first.lastEventId);
    await rig.tell(two);
    await second.until(() => second.messages.length === 4);
    expect(second.messages.map(({ data }) => [data['callId'], data['seq']])).toEqual([
      [one.id, 2],
      [one.id, 3],
      [two.id, 1],
      [two.id, 2],
    ]);
  });

  it('refuses a place that it never gave', async () => {
    const reader = await rig.follow('/events', 'made-up');
    await reader.ended();
    expect(reader.status).toBe(400);
    expect(JSON.parse(reader.text)).toMatchObject({ errors: [{ field: 'Last-Event-ID' }] });
  });

  it('comes as pages too, on which a poller goes on', async () => {
    const call = await rig.given();
    const first = await rig.json<{ data: unknown[]; nextCursor: string }>('/events');
    expect(first.body.data).toEqual([]);
    await rig.tell(call, 3);
    const second = await rig.json<{ data: { seq: number }[]; nextCursor: string }>(
      `/events?limit=2&cursor=${first.body.nextCursor}`,
    );
    expect(second.body.data.map(({ seq }) => seq)).toEqual([2, 3]);
    const third = await rig.json<{ data: { seq: number }[] }>(`/events?cursor=${second.body.nextCursor}`);
    expect(third.body.data.map(({ seq }) => seq)).toEqual([4]);
  });
});

/** More than the kernel takes for a peer that does not read. */
const MUCH = 'x'.repeat(400_000);

describe('a reader that does not read', () => {
  it('is read for no further, cut off after a while, and goes on where it was', async () => {
    const store = new MemoryCallStore();
    const clock = new ManualClock();
    const rig = await TimelineRig.start(store, clock);
    try {
      const call = await rig.given();
      await rig.tell(call, 5 * PAGE_EVENTS, 'tool.answered', MUCH);
      const slow = await rig.stream(`/calls/${call.id}/events`);
      slow.pause();
      // The time limit runs: it waits for the peer.
      while (clock.pending === 0) await clock.pass(0);
      let reads = 0;
      const events = store.events.bind(store);
      store.events = (...asked) => {
        reads += 1;
        return events(...asked);
      };
      await rig.tell(call);
      await clock.pass(DRAIN_TIMEOUT_MS);
      expect(reads).toBe(0);
      slow.resume();
      await slow.ended();
      expect(slow.isComplete).toBe(false);
      const got = slow.messages.length;
      expect(got).toBeLessThan(PAGE_EVENTS);
      const back = await rig.follow(`/calls/${call.id}/events`, slow.lastEventId ?? '0');
      await back.until(() => back.messages.length === 5 * PAGE_EVENTS + 2 - got);
      expect([...seqsOf(slow), ...seqsOf(back)]).toEqual(upTo(5 * PAGE_EVENTS + 2));
    } finally {
      await rig.stop();
    }
  });
});

describe('an application that stops', () => {
  it('lets streams tell of the calls that drain, and then ends them', async () => {
    let drain = (): void => undefined;
    const drained = new Promise<void>((resolve) => {
      drain = resolve;
    });
    @Module({})
    class Draining {
      beforeApplicationShutdown(): Promise<void> {
        return drained;
      }
    }
    const rig = await TimelineRig.start(new MemoryCallStore(), undefined, [Draining]);
    const call = await rig.given();
    const reader = await rig.stream('/events');
    await reader.until(() => reader.lastEventId !== undefined);
    const stopped = rig.app.close();
    await rig.tell(call);
    await reader.until(() => reader.messages.length > 0);
    expect(reader.isComplete).toBe(false);
    drain();
    await reader.ended();
    expect(reader.isComplete).toBe(true);
    await stopped;
  });

  it('does not wait for a reader that does not read', async () => {
    const rig = await TimelineRig.start(new MemoryCallStore());
    const call = await rig.given();
    await rig.tell(call, PAGE_EVENTS, 'tool.answered', MUCH);
    const reader = await rig.stream(`/calls/${call.id}/events`);
    reader.pause();
    await rig.app.close();
    reader.resume();
    await reader.ended();
    expect(reader.isComplete).toBe(false);
  });
});

function nextRead(store: MemoryCallStore): Promise<void> {
  const events = store.events.bind(store);
  return new Promise((resolve) => {
    store.events = (...asked) => {
      store.events = events;
      resolve();
      return events(...asked);
    };
  });
}
