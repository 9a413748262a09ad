/** Every call ends, whatever the carrier forgets to say. */
import { CALL_SID, STREAM_SID } from '../support/builders.js';
import { settled } from '../support/manual-clock.js';
import type { CarrierView } from '../../src/core/call/carrier.js';
import { CallsRig } from './calls-rig.js';
import type { CallEvent } from '../../src/core/call/call-machine.js';

const accepted: CallEvent = { type: 'carrier.accepted', twilioCallSid: CALL_SID };
const answered: CallEvent = { type: 'carrier.progressed', status: 'in-progress' };
const streamed: CallEvent = { type: 'stream.started', streamSid: STREAM_SID, variables: {} };
const decided: CallEvent = { type: 'end.decided', reason: 'agent-ended' };
const unreachable = (): Promise<never> => Promise.reject(new Error('no route'));

describe('a call of which no webhook comes', () => {
  it.each(['busy', 'no-answer', 'completed', 'failed', 'canceled'] as const)(
    'is closed as %s after the carrier was asked',
    async (status) => {
      const rig = new CallsRig();
      rig.carrier.looking = () => Promise.resolve({ status, durationSeconds: 12 });
      const call = await rig.given({ ringTimeoutSeconds: 20 }, accepted);
      await rig.clock.pass(49_999);
      expect(rig.carrier.asked).toEqual([]);
      await rig.clock.pass(1);
      expect(rig.carrier.asked.map(({ verb }) => verb)).toEqual(['look']);
      expect(await rig.read(call)).toMatchObject({ status, durationSeconds: 12 });
      expect(rig.clock.pending).toBe(0);
    },
  );

  it('is hung up while the carrier says that it goes on, and closed in the end', async () => {
    const rig = new CallsRig();
    rig.carrier.looking = () => Promise.resolve({ status: 'ringing', durationSeconds: undefined });
    const call = await rig.given({}, accepted);
    await rig.clock.pass(10 * 60_000);
    expect(rig.carrier.asked.map(({ verb }) => verb)).toEqual([
      'look',
      'hang-up',
      'look',
      'hang-up',
      'look',
      'hang-up',
    ]);
    expect(await rig.read(call)).toMatchObject({
      status: 'failed',
      endReason: 'carrier-failed',
      failure: { code: 'carrier-unreachable' },
    });
    expect(rig.clock.pending).toBe(0);
  });

  it('is closed when the carrier knows no such call', async () => {
    const rig = new CallsRig();
    const call = await rig.given({}, accepted);
    await rig.clock.pass(90_000);
    expect(await rig.read(call)).toMatchObject({ status: 'failed', endReason: 'carrier-failed' });
    expect(rig.carrier.times('look')).toHaveLength(1);
  });

  it('is closed when the carrier cannot be reached, after three tries', async () => {
    const rig = new CallsRig();
    rig.carrier.looking = unreachable;
    const call = await rig.given({}, accepted);
    await rig.clock.pass(5 * 60_000);
    const [first = 0, ...later] = rig.carrier.times('look');
    expect(later.map((at) => at - first)).toEqual([5000, 10_000]);
    expect(await rig.read(call)).toMatchObject({ status: 'failed', endReason: 'carrier-failed' });
    expect(rig.clock.pending).toBe(0);
  });

  it('is asked about three times in all, although late news come in between', async () => {
    const rig = new CallsRig();
    rig.carrier.looking = unreachable;
    const call = await rig.given({}, accepted);
    await rig.clock.pass(91_000);
    await rig.journal.apply(call.id, { type: 'carrier.progressed', status: 'ringing' });
    await rig.clock.pass(5 * 60_000);
    expect(rig.carrier.times('look')).toHaveLength(3);
    expect(await rig.read(call)).toMatchObject({ status: 'failed' });
  });

  it('is looked for once more before it is closed when the carrier’s answer to the request was lost', async () => {
    const rig = new CallsRig();
    const call = await rig.given({}, { type: 'carrier.asked' });
    await rig.clock.pass(90_000);
    expect(rig.carrier.asked.map(({ verb }) => verb)).toEqual(['find']);
    await rig.clock.pass(90_000);
    expect(new Set(rig.carrier.asked.map(({ verb }) => verb))).toEqual(new Set(['find']));
    expect(await rig.read(call)).toMatchObject({ status: 'failed', endReason: 'carrier-failed' });
  });

  it('keeps the cause that was decided before, and the carrier’s last word', async () => {
    const rig = new CallsRig();
    rig.carrier.looking = () => Promise.resolve({ status: 'completed', durationSeconds: 8 });
    const call = await rig.given({}, accepted, answered, streamed, decided);
    await rig.clock.pass(4000);
    expect(await rig.read(call)).toMatchObject({
      status: 'completed',
      endReason: 'agent-ended',
      durationSeconds: 8,
    });
    expect(rig.carrier.asked.map(({ verb }) => verb)).toEqual(['hang-up', 'look']);
  });

  it('leaves the apology time to be heard', async () => {
    const rig = new CallsRig();
    rig.carrier.looking = () => Promise.resolve({ status: 'completed', durationSeconds: 8 });
    await rig.given({}, accepted, answered, streamed, { type: 'end.decided', reason: 'agent-failed' });
    await rig.clock.pass(29_999);
    expect(rig.carrier.asked).toEqual([]);
    await rig.clock.pass(1);
    expect(rig.carrier.times('look')).toHaveLength(1);
  });
});

describe('a line on which nothing happens', () => {
  it('is given up when it was answered and no stream came', async () => {
    const rig = new CallsRig();
    const call = await rig.given({}, accepted, answered);
    await rig.clock.pass(20_000);
    expect(await rig.read(call)).toMatchObject({
      endReason: 'stream-failed',
      failure: { code: 'stream-never-came' },
    });
    expect(rig.carrier.asked.map(({ verb }) => verb)).toEqual(['hang-up']);
    await rig.clock.pass(5 * 60_000);
    expect((await rig.read(call)).status).toBe('completed');
    expect(rig.clock.pending).toBe(0);
  });

  it('is given up although hanging up fails', async () => {
    const rig = new CallsRig();
    rig.carrier.hangingUp = unreachable;
    rig.carrier.looking = unreachable;
    const call = await rig.given({}, accepted, answered);
    await rig.clock.pass(5 * 60_000);
    expect(await rig.read(call)).toMatchObject({ status: 'completed', endReason: 'stream-failed' });
    expect(rig.clock.pending).toBe(0);
  });
});

describe('a conversation', () => {
  it('is ended for its length, and the line with it', async () => {
    const rig = new CallsRig();
    const call = await rig.given({ maxDurationSeconds: 60 }, accepted, answered, streamed);
    await rig.clock.pass(59_999);
    expect((await rig.read(call)).endReason).toBeNull();
    await rig.clock.pass(1);
    expect((await rig.read(call)).endReason).toBe('max-duration');
    expect(rig.carrier.asked.map(({ verb }) => verb)).toEqual(['hang-up']);
  });

  it('is watched no longer once its end was told', async () => {
    const rig = new CallsRig();
    await rig.given({}, accepted, answered, streamed, { type: 'carrier.ended', status: 'completed' });
    expect(rig.clock.pending).toBe(0);
    await rig.clock.pass(60 * 60_000);
    expect(rig.carrier.asked).toEqual([]);
  });
});

describe('the watch', () => {
  it('goes on after a fault of the store', async () => {
    const rig = new CallsRig();
    rig.carrier.looking = () => Promise.resolve({ status: 'completed', durationSeconds: 1 });
    const call = await rig.given({}, accepted);
    const find = rig.store.find.bind(rig.store);
    let faults = 2;
    rig.store.find = (id) => ((faults -= 1) >= 0 ? Promise.reject(new Error('away')) : find(id));
    await rig.clock.pass(5 * 60_000);
    expect(await rig.read(call)).toMatchObject({ status: 'completed' });
  });

  it('leaves no timer for a call that ended while the carrier was being asked', async () => {
    const rig = new CallsRig();
    const call = await rig.given({}, accepted);
    rig.carrier.looking = async () => {
      await rig.journal.apply(call.id, { type: 'carrier.ended', status: 'busy' });
      return { status: 'ringing', durationSeconds: undefined };
    };
    await rig.clock.pass(90_000);
    expect(await rig.read(call)).toMatchObject({ status: 'busy' });
    expect(rig.carrier.asked.map(({ verb }) => verb)).toEqual(['look']);
    expect(rig.clock.pending).toBe(0);
  });

  it('stops with the service, also in the middle of asking', async () => {
    const rig = new CallsRig();
    const asked: ((view: CarrierView) => void)[] = [];
    rig.carrier.looking = () => new Promise((resolve) => void asked.push(resolve));
    await rig.given({}, accepted);
    await rig.clock.pass(90_000);
    rig.watch.onApplicationShutdown();
    asked[0]?.({ status: 'ringing', durationSeconds: undefined });
    await settled();
    expect(rig.clock.pending).toBe(0);
  });
});
