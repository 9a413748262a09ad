/** When a call has a price, and which: the simulator's clock is moved by hand. Driven by the vendor's own SDK. */
import { rigForEach, script, CALLEE, CALLER } from './rig.js';

const HOLD = '<Response><Pause length="30"/></Response>';

describe('the price of a call', () => {
  let nowMs = Date.UTC(2026, 10, 23, 10, 0, 0);
  const priced = rigForEach({ now: () => nowMs, priceAfterMs: 3000, script: script() });
  const dear = rigForEach({ outboundUsdPerMinute: 0.12345, priceAfterMs: 0, script: script() });
  const reluctant = rigForEach({
    priceAfterMs: 0,
    priceAfterFetches: 2,
    priceUnit: 'EUR',
    script: script(),
  });
  const unanswered = rigForEach({ now: () => nowMs, script: { answer: { kind: 'no-answer' }, steps: [] } });

  it('is unknown until some time after the end, and counts begun minutes', async () => {
    const { client, simulator } = priced();
    const { sid } = await client.calls.create({ to: CALLEE, from: CALLER, twiml: HOLD });
    await simulator.find(sid)?.until('in-progress');
    nowMs += 61_000;
    const ended = await client.calls(sid).update({ status: 'completed' });
    expect(ended).toMatchObject({ duration: '61', price: null, priceUnit: 'USD' });
    expect(ended.endTime.toISOString()).toBe('2026-11-23T10:01:01.000Z');
    nowMs += 2999;
    await expect(client.calls(sid).fetch()).resolves.toMatchObject({ price: null });
    nowMs += 1;
    await expect(client.calls(sid).fetch()).resolves.toMatchObject({ price: '-0.0280' });
  });

  it('stays unknown for a call that nobody answered', async () => {
    const { client, simulator } = unanswered();
    const { sid } = await client.calls.create({ to: CALLEE, from: CALLER, twiml: HOLD });
    await simulator.find(sid)?.settled();
    nowMs += 60_000;
    await expect(client.calls(sid).fetch()).resolves.toMatchObject({
      status: 'no-answer',
      price: null,
      duration: null,
    });
  });

  it('is that of the direction', async () => {
    const { client, incoming } = priced();
    const call = await incoming('<Response><Hangup/></Response>').settled();
    nowMs += 3000;
    await expect(client.calls(call.sid).fetch()).resolves.toMatchObject({ price: '-0.0085' });
  });

  it('is unknown to so many fetches of the ended call as it is told, however late; lists do not count', async () => {
    const { client, simulator } = reluctant();
    const { sid } = await client.calls.create({ to: CALLEE, from: CALLER, twiml: HOLD });
    await simulator.find(sid)?.until('in-progress');
    const price = async (): Promise<string> => (await client.calls(sid).fetch()).price;
    expect(await price()).toBeNull();
    await client.calls(sid).update({ status: 'completed' });
    expect(await price()).toBeNull();
    expect((await client.calls.list())[0]?.price).toBeNull();
    expect(await price()).toBeNull();
    expect(await price()).toBe('-0.0140');
    await expect(client.calls(sid).fetch()).resolves.toMatchObject({ price: '-0.0140', priceUnit: 'EUR' });
    expect((await client.calls.list())[0]?.price).toBe('-0.0140');
  });

  it('follows a rate that was given', async () => {
    const { client, simulator } = dear();
    const { sid } = await client.calls.create({
      to: CALLEE,
      from: CALLER,
      twiml: '<Response><Hangup/></Response>',
    });
    await simulator.find(sid)?.settled();
    await expect(client.calls(sid).fetch()).resolves.toMatchObject({ price: '-0.12345' });
  });
});
