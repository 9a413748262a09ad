/** A request to place a call whose answer was lost: never repeated, always cleared up. */
import type { Call } from '../../src/core/call/call.js';
import { CordboardError } from '../../src/core/errors.js';
import { settled } from '../support/manual-clock.js';
import { CallsRig } from './calls-rig.js';

const TO = '+14155550123';
const LOST = new CordboardError('carrier-unreachable', 'no answer', [], { placed: 'unknown' });

describe('a call whose placing was not answered', () => {
  let rig: CallsRig;
  beforeEach(() => {
    rig = new CallsRig({ TWILIO_CALLS_PER_SECOND: '100' });
    rig.carrier.placing = () => Promise.reject(LOST);
  });

  async function placed(): Promise<Call> {
    const placing = rig.calls.place({ to: TO });
    await rig.clock.pass(3000);
    return rig.read(await placing);
  }
  /** Puts the call on the carrier's list, as if it had been made at once. */
  const listed = (twilioCallSid: string) => {
    const createdAt = rig.clock.now();
    rig.carrier.finding = () => Promise.resolve([{ twilioCallSid, createdAt }]);
  };

  it('gets its id from the list, and goes on as if nothing had been', async () => {
    listed('CA1');
    const placing = rig.calls.place({ to: TO });
    await settled();
    expect(await placing).toMatchObject({ twilioCallSid: 'CA1', endReason: null });
    expect(rig.carrier.times('place')).toHaveLength(1);
  });

  it('is found also when it comes onto the list late, or the list fails at first', async () => {
    rig.carrier.finding = () => Promise.reject(new CordboardError('carrier-unreachable', 'no list'));
    const call = await placed();
    expect(call.twilioCallSid).toBeNull();
    const { startedAt } = call.times;
    rig.carrier.finding = () => Promise.resolve([{ twilioCallSid: 'CA1', createdAt: startedAt ?? 0 }]);
    await rig.clock.pass(20_000);
    expect(await rig.read(call)).toMatchObject({ twilioCallSid: 'CA1', endReason: null });
    expect(rig.carrier.times('place')).toHaveLength(1);
  });

  it('ends as failed, with what is known, when the list does not have it after a minute', async () => {
    const call = await placed();
    await rig.clock.pass(55_000);
    expect(await rig.read(call)).toMatchObject({ status: 'queued' });
    await rig.clock.pass(20_000);
    const ended = await rig.read(call);
    expect(ended).toMatchObject({ status: 'failed', endReason: 'carrier-failed' });
    expect(ended.failure?.detail).toContain('did not place the call');
    expect(rig.admission.liveCalls).toBe(0);
    expect(rig.carrier.times('place')).toHaveLength(1);
  });

  it('is not closed by a list that cannot be read, and is when nothing came in all the time that a phone rings', async () => {
    rig.carrier.finding = () => Promise.reject(new CordboardError('carrier-unreachable', 'no list'));
    const call = await placed();
    await rig.clock.pass(80_000);
    expect(await rig.read(call)).toMatchObject({ status: 'queued' });
    await rig.clock.pass(40_000);
    expect(await rig.read(call)).toMatchObject({ status: 'failed', endReason: 'carrier-failed' });
  });

  it('takes the id from Twilio’s own request, and is looked for no more', async () => {
    const call = await placed();
    await rig.journal.apply(call.id, {
      type: 'carrier.progressed',
      status: 'ringing',
      twilioCallSid: 'CA7',
    });
    await settled();
    const looked = rig.carrier.times('find').length;
    await rig.clock.pass(60_000);
    expect(rig.carrier.times('find')).toHaveLength(looked);
    expect(await rig.read(call)).toMatchObject({ twilioCallSid: 'CA7', status: 'ringing' });
  });

  it('takes nobody else’s id when two calls to one number wait at the same time', async () => {
    const both = [rig.calls.place({ to: TO }), rig.calls.place({ to: TO })];
    await rig.clock.pass(20);
    listed('CA1');
    await rig.clock.pass(20_000);
    const calls = await Promise.all(both.map(async (placing) => rig.read(await placing)));
    expect(calls.map(({ twilioCallSid }) => twilioCallSid)).toEqual([null, null]);
    const [first, second] = calls;
    // Twilio tells which it is; then the other was certainly not placed.
    await rig.journal.apply(first?.id ?? 'call_none', {
      type: 'carrier.progressed',
      status: 'ringing',
      twilioCallSid: 'CA1',
    });
    await rig.clock.pass(60_000);
    expect(await rig.read(first as Call)).toMatchObject({ twilioCallSid: 'CA1', endReason: null });
    expect(await rig.read(second as Call)).toMatchObject({ twilioCallSid: null, status: 'failed' });
  });

  it('is hung up when it is found after its end was decided', async () => {
    const call = await placed();
    await rig.calls.hangUp(call.id);
    rig.carrier.finding = () =>
      Promise.resolve([{ twilioCallSid: 'CA1', createdAt: call.times.startedAt ?? 0 }]);
    await rig.clock.pass(30_000);
    expect(rig.carrier.asked).toContainEqual(expect.objectContaining({ verb: 'hang-up', id: 'CA1' }));
    expect(rig.carrier.times('place')).toHaveLength(1);
  });

  it('is left as it is, for another replica, when the process ends', async () => {
    const call = await placed();
    const looked = rig.carrier.times('find').length;
    rig.watch.onApplicationShutdown();
    rig.pauses.onApplicationShutdown();
    await rig.clock.pass(200_000);
    expect(rig.carrier.times('find').length).toBeLessThanOrEqual(looked + 1);
    expect(await rig.read(call)).toMatchObject({ status: 'queued', endReason: null });
  });
});
