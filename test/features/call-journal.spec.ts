/** The only writer of calls. */
import { CallFeed } from '../../src/calls/call-feed.js';
import type { CallEvent } from '../../src/core/call/call-machine.js';
import { CALL_SID, Lines } from '../support/builders.js';
import { pino } from 'pino';
import { CallsRig } from './calls-rig.js';

describe('the journal of calls', () => {
  it('writes the facts of one call one after the other, in the order in which they came', async () => {
    const rig = new CallsRig();
    const call = await rig.given({});
    const events: CallEvent[] = [
      { type: 'carrier.asked' },
      { type: 'carrier.accepted', twilioCallSid: CALL_SID },
      { type: 'carrier.progressed', status: 'ringing' },
      { type: 'carrier.progressed', status: 'initiated' },
      { type: 'carrier.progressed', status: 'in-progress' },
    ];
    await Promise.all(events.map((event) => rig.journal.apply(call.id, event)));
    expect(
      rig.news.map((news) => (news.type === 'conversation' ? news.type : [news.type, news.call.status])),
    ).toEqual([
      ['created', 'queued'],
      ['changed', 'queued'],
      ['changed', 'queued'],
      ['changed', 'ringing'],
      ['ignored', 'ringing'],
      ['changed', 'in-progress'],
    ]);
  });

  it('loses no fact to another that the store refuses', async () => {
    const rig = new CallsRig();
    const call = await rig.given({});
    const append = rig.store.append.bind(rig.store);
    rig.store.append = (id, batch) =>
      batch.entries.some(({ details }) => details['text'] === 'refused')
        ? Promise.reject(new Error('22P05'))
        : append(id, batch);
    const say = (text: string) =>
      rig.journal.note(call.id, [{ type: 'turn.caller', at: 1, details: { text } }]).then(
        () => 'written',
        () => 'refused',
      );
    expect(await Promise.all([say('one'), say('refused'), say('two')])).toEqual([
      'written',
      'refused',
      'written',
    ]);
    const events = await rig.store.events(call.id, 1, 10);
    expect(events.map(({ details }) => details['text'])).toEqual(['one', 'two']);
  });

  it('writes what is told in one tick at once', async () => {
    const rig = new CallsRig();
    const call = await rig.given({});
    await Promise.all([
      rig.journal.apply(call.id, { type: 'carrier.asked' }),
      rig.journal.apply(call.id, { type: 'carrier.accepted', twilioCallSid: CALL_SID }),
      rig.journal.note(call.id, [{ type: 'agent.queued', at: 1, details: {} }]),
    ]);
    expect(await rig.read(call)).toMatchObject({ version: 2, twilioCallSid: CALL_SID });
  });

  it('decides again when another replica wrote in between', async () => {
    const rig = new CallsRig();
    const call = await rig.given({});
    const replace = rig.store.replace.bind(rig.store);
    let others = 3;
    rig.store.replace = async (next, batch) => {
      if ((others -= 1) >= 0)
        await replace(
          { ...(await rig.read(call)), version: next.version, agentId: 'theirs' },
          { name: `theirs ${others}`, entries: [] },
        );
      return replace(next, batch);
    };
    const after = await rig.journal.apply(call.id, { type: 'carrier.accepted', twilioCallSid: CALL_SID });
    expect(after).toMatchObject({ agentId: 'theirs', twilioCallSid: CALL_SID, version: 5 });
  });

  it('tells what another replica wrote also when its own write finds it before the notice does', async () => {
    const rig = new CallsRig();
    const call = await rig.given({ status: 'in-progress' });
    const theirs = { ...call, version: call.version + 1, endReason: 'hung-up-by-api' as const };
    rig.store.replaceSilently(theirs);
    await rig.journal.apply(call.id, { type: 'agent.heard-first' });
    expect(rig.news.slice(1)).toEqual([
      { type: 'refreshed', call: theirs, before: call },
      expect.objectContaining({ before: theirs }),
    ]);
  });

  it('gives up where others always win, and goes on with the next fact', async () => {
    const rig = new CallsRig();
    const call = await rig.given({});
    const replace = rig.store.replace.bind(rig.store);
    rig.store.replace = () => Promise.resolve(false);
    await expect(rig.journal.apply(call.id, { type: 'carrier.asked' })).rejects.toThrow(/in a row/);
    rig.store.replace = replace;
    await expect(rig.journal.apply(call.id, { type: 'carrier.asked' })).resolves.toMatchObject({
      version: 2,
    });
  });

  it('knows nothing of a call that is not there', async () => {
    expect(await new CallsRig().journal.apply('call_none', { type: 'end.settled' })).toBeUndefined();
  });
});

describe('the feed of calls', () => {
  it('tells the others when one listener fails, and nobody who has left', () => {
    const lines = new Lines();
    const feed = new CallFeed(pino(lines));
    const heard: string[] = [];
    feed.subscribe(() => {
      throw new Error('deaf');
    });
    const leave = feed.subscribe(({ type }) => heard.push(`first ${type}`));
    feed.subscribe(({ type }) => heard.push(`second ${type}`));
    const news = { type: 'conversation', callId: 'call_1', fact: { type: 'agent-queued' } } as const;
    feed.publish(news);
    leave();
    feed.publish(news);
    expect(heard).toEqual(['first conversation', 'second conversation', 'second conversation']);
    expect(lines.all).toMatchObject([{ err: { message: 'deaf' } }, { err: { message: 'deaf' } }]);
  });
});
