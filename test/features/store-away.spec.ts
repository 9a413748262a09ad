/** Calls go on while the store is away, and nothing of what happened is lost. */
import type { CallNews } from '../../src/calls/call-feed.js';
import { entriesOfFact } from '../../src/core/call/timeline.js';
import { CALL_SID, STREAM_SID } from '../support/builders.js';
import { CallsRig } from './calls-rig.js';

const said = (text: string) => entriesOfFact({ type: 'caller-said', text, eventId: 1 }, 1);

describe('a call whose store is away', () => {
  let rig: CallsRig;

  beforeEach(() => {
    rig = new CallsRig();
  });

  const typesOf = (news: readonly CallNews[]): string[] =>
    news.map((one) => (one.type === 'changed' ? one.event.type : one.type));
  const timelineOf = async (id: `call_${string}`): Promise<string[]> =>
    (await rig.store.events(id, 0, 100)).map(({ type, details }) =>
      typeof details['text'] === 'string' ? details['text'] : type,
    );

  it('moves on in memory and is told of at once', async () => {
    const { id } = await rig.given({ status: 'ringing', twilioCallSid: CALL_SID });
    rig.store.isAway = true;
    const answered = await rig.journal.apply(id, { type: 'carrier.progressed', status: 'in-progress' });
    const started = await rig.journal.apply(id, {
      type: 'stream.started',
      streamSid: STREAM_SID,
      variables: {},
    });
    expect(answered?.status).toBe('in-progress');
    expect(started?.streamSid).toBe(STREAM_SID);
    expect(await rig.journal.find(id)).toEqual(started);
    expect(await rig.journal.findBySid(CALL_SID)).toEqual(started);
    expect(typesOf(rig.news).slice(1)).toEqual(['carrier.progressed', 'stream.started']);
  });

  it('owes nothing for ever when the store comes and goes', async () => {
    const { id } = await rig.given({ status: 'ringing', twilioCallSid: CALL_SID });
    rig.store.isAway = true;
    await rig.journal.note(id, said('one'));
    const has = rig.store.hasBatch.bind(rig.store);
    rig.store.hasBatch = async (...asked) => {
      rig.store.hasBatch = has;
      const known = await has(...asked);
      // Gone again in the middle of catching up, with a fact of another call.
      rig.store.isAway = true;
      return known;
    };
    rig.store.isAway = false;
    await rig.clock.pass(300);
    await rig.journal.note(id, said('two'));
    rig.store.isAway = false;
    await rig.clock.pass(5000);
    expect(rig.journal.owed).toBe(0);
    expect(await timelineOf(id)).toEqual(['call.created', 'one', 'two']);
  });

  it('is written when the store is back: every fact, in order, at its own time, once', async () => {
    const { id } = await rig.given({ status: 'ringing', twilioCallSid: CALL_SID });
    await rig.journal.note(id, said('before'));
    rig.store.isAway = true;
    await rig.journal.apply(id, { type: 'carrier.progressed', status: 'in-progress' });
    const answeredAt = rig.clock.now();
    await rig.clock.pass(15_000);
    await Promise.all([rig.journal.note(id, said('one')), rig.journal.note(id, said('two'))]);
    await rig.journal.apply(id, { type: 'end.decided', reason: 'caller-hung-up' });
    await rig.journal.apply(id, { type: 'carrier.ended', status: 'completed', durationSeconds: 20 });
    expect(rig.journal.owed).toBe(5);
    rig.store.isAway = false;
    await rig.clock.pass(1000);
    expect(rig.journal.owed).toBe(0);
    expect(await timelineOf(id)).toEqual([
      'call.created',
      'before',
      'call.answered',
      'one',
      'two',
      'call.ending',
      'cost.changed',
      'call.ended',
    ]);
    const call = await rig.read({ id });
    expect(call).toMatchObject({ status: 'completed', endReason: 'caller-hung-up', durationSeconds: 20 });
    expect(call.times.answeredAt).toBe(answeredAt);
  });

  it('yields to what another replica wrote meanwhile', async () => {
    const { id } = await rig.given({ status: 'in-progress', twilioCallSid: CALL_SID });
    const before = await rig.read({ id });
    rig.store.isAway = true;
    await rig.journal.apply(id, { type: 'end.decided', reason: 'max-duration' });
    rig.store.isAway = false;
    const theirs = { ...before, version: before.version + 1, endReason: 'hung-up-by-api' as const };
    await rig.store.replace(theirs, { name: 'theirs', entries: [] });
    await rig.clock.pass(1000);
    expect((await rig.read({ id })).endReason).toBe('hung-up-by-api');
    expect((await rig.journal.find(id))?.endReason).toBe('hung-up-by-api');
  });

  it('is not written twice when the answer of the last write was lost', async () => {
    const { id } = await rig.given({ status: 'in-progress' });
    const append = rig.store.append.bind(rig.store);
    rig.store.append = async (callId, batch) => {
      await append(callId, batch);
      rig.store.append = append;
      rig.store.isAway = true;
      return append(callId, batch);
    };
    await rig.journal.note(id, said('once'));
    rig.store.isAway = false;
    await rig.clock.pass(1000);
    expect(await timelineOf(id)).toEqual(['call.created', 'once']);
  });

  it('is unknown here when another replica carries it', async () => {
    rig.store.isAway = true;
    await expect(rig.journal.apply('call_theirs', { type: 'end.settled' })).rejects.toMatchObject({
      code: 'store-away',
    });
    await expect(rig.journal.find('call_theirs')).rejects.toMatchObject({ code: 'store-away' });
  });

  it('cannot be begun', async () => {
    rig.store.isAway = true;
    await expect(rig.calls.place({ to: '+14155550123' })).rejects.toMatchObject({ code: 'store-away' });
    expect(rig.carrier.asked).toHaveLength(0);
    expect(rig.admission.liveCalls).toBe(0);
  });

  it('leaves nothing behind in memory once it has ended and is written', async () => {
    const { id } = await rig.given({ status: 'in-progress' });
    rig.store.isAway = true;
    await rig.journal.apply(id, { type: 'carrier.ended', status: 'completed' });
    rig.store.isAway = false;
    await rig.clock.pass(1000);
    rig.store.isAway = true;
    await expect(rig.journal.find(id)).rejects.toMatchObject({ code: 'store-away' });
  });
});

describe('a call that another replica changes', () => {
  it('is known here as it is now, and told of as refreshed', async () => {
    const rig = new CallsRig();
    const call = await rig.given({ status: 'in-progress' });
    const theirs = { ...call, version: call.version + 1, status: 'completed' as const };
    await rig.store.replace(theirs, { name: 'theirs', entries: [] });
    await rig.clock.pass(0);
    expect(rig.news.at(-1)).toEqual({ type: 'refreshed', call: theirs, before: call });
  });

  it('is looked up again after notices were missed', async () => {
    const rig = new CallsRig();
    const call = await rig.given({ status: 'in-progress' });
    const theirs = { ...call, version: call.version + 1, agentId: 'theirs' };
    rig.store.replaceSilently(theirs);
    rig.store.missNotices();
    await rig.clock.pass(0);
    expect(rig.news.at(-1)).toMatchObject({ type: 'refreshed', call: theirs });
  });

  it('is told of once where this replica wrote itself', async () => {
    const rig = new CallsRig();
    const call = await rig.given({});
    await rig.journal.apply(call.id, { type: 'carrier.asked' });
    await rig.clock.pass(0);
    expect(rig.news.map(({ type }) => type)).toEqual(['created', 'changed']);
  });
});
