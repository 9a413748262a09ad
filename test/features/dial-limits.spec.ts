/** Money that is guarded before it is spent: limits by number and key, and the breaker, as a client meets them. */
import { CordboardError, type ErrorCode } from '../../src/core/errors.js';
import { SAMPLE } from '../../src/core/call/dial-breaker.js';
import type { Call } from '../../src/core/call/call.js';
import { CallsRig } from './calls-rig.js';

const KEY = 'key_0123456789ab';
const HOUR_MS = 3_600_000;

async function refusalOf(act: Promise<unknown>): Promise<CordboardError | undefined> {
  try {
    await act;
    return undefined;
  } catch (error) {
    if (error instanceof CordboardError) return error;
    throw error;
  }
}

function rigWith(variables: Readonly<Record<string, string>>): CallsRig {
  return new CallsRig({ TWILIO_CALLS_PER_SECOND: '1000', ...variables });
}

/** In the next turn of an account that may start a thousand calls a second. */
function place(rig: CallsRig, to = '+14155550123', placedBy = KEY): Promise<Call> {
  rig.clock.advance(1);
  return rig.calls.place({ to, placedBy });
}

describe('the limits by time', () => {
  it('keep one number from being called too often, and say which limit and when it is over', async () => {
    const rig = rigWith({ CALLS_PER_DESTINATION: '2/1h,3/1d' });
    await place(rig);
    rig.clock.advance(60_000);
    await place(rig);
    const refusal = await refusalOf(place(rig));
    expect(refusal).toMatchObject({ code: 'destination-limit-reached', status: 429 });
    expect(refusal?.members).toEqual({ limit: '2/1h', retryAfterSeconds: 3540 });
    expect(refusal?.detail).toMatch(/CALLS_PER_DESTINATION allows 2\/1h/);
    await place(rig, '+14155550199');
    rig.clock.advance(HOUR_MS);
    await place(rig);
    rig.clock.advance(HOUR_MS);
    expect((await refusalOf(place(rig)))?.members['limit']).toBe('3/1d');
    expect(rig.carrier.times('place')).toHaveLength(4);
    expect((await rig.calls.list({}, 10)).calls).toHaveLength(4);
  });

  it('go on counting calls to a number that was taken out of their records', async () => {
    const rig = rigWith({ CALLS_PER_DESTINATION: '1/1h' });
    const { id } = await place(rig);
    await rig.journal.apply(id, { type: 'carrier.ended', status: 'completed' });
    await rig.journal.apply(id, { type: 'record.erased', transcript: true, person: true });
    expect((await refusalOf(place(rig)))?.code).toBe('destination-limit-reached');
  });

  it('keep one key from placing too many, and leave the others alone', async () => {
    const rig = rigWith({ CALLS_PER_KEY: '1/10m' });
    await place(rig);
    const refusal = await refusalOf(place(rig, '+14155550199'));
    expect(refusal).toMatchObject({ code: 'key-limit-reached', status: 429 });
    await place(rig, '+14155550199', 'key_of_another');
    expect(await rig.metrics.registry.metrics()).toMatch(/calls_refused_total\{rule="key-limit"\} 1/);
  });
});

describe('the breaker', () => {
  const failing = async (rig: CallsRig): Promise<void> => {
    for (let at = 0; at < SAMPLE; at += 1) {
      await fails(rig, await place(rig));
    }
  };
  /** Nothing that the request could have chosen. */
  const fails = async (rig: CallsRig, { id }: Call, code: ErrorCode = 'stream-never-came'): Promise<void> => {
    const reason = code === 'stream-never-came' ? 'stream-failed' : 'agent-failed';
    await rig.journal.apply(id, { type: 'end.decided', reason, failure: { code, detail: '' } });
    await rig.journal.apply(id, { type: 'carrier.ended', status: 'completed' });
  };

  it('stops dialling when the last calls failed, tries one after the pause, and goes on when that is heard', async () => {
    const rig = rigWith({ BREAKER_PAUSE_SECONDS: '30' });
    await failing(rig);
    const refusal = await refusalOf(place(rig));
    expect(refusal).toMatchObject({
      code: 'dialling-stopped',
      status: 503,
      members: { retryAfterSeconds: 30 },
    });
    expect(rig.carrier.times('place')).toHaveLength(SAMPLE);
    expect(await rig.metrics.registry.metrics()).toMatch(/dialling_stopped 1/);
    expect(await rig.metrics.registry.metrics()).toMatch(/calls_refused_total\{rule="breaker"\} 1/);
    rig.clock.advance(30_000);
    const tried = await place(rig);
    expect((await refusalOf(place(rig, '+14155550199')))?.code).toBe('dialling-stopped');
    await rig.journal.apply(tried.id, { type: 'agent.heard-first' });
    await place(rig, '+14155550199');
    expect(await rig.metrics.registry.metrics()).toMatch(/dialling_stopped 0/);
  });

  it('stops nobody else for an agent or a caller id that a client chose wrongly', async () => {
    const rig = rigWith({ BREAKER_PAUSE_SECONDS: '30' });
    const ask = (agentId: string): Promise<Call> => {
      rig.clock.advance(1);
      return rig.calls.place({ to: '+14155550123', agentId });
    };
    for (let at = 0; at < SAMPLE; at += 1) await fails(rig, await ask('agent_gone'), 'agent-not-found');
    expect((await refusalOf(ask('agent_gone')))?.code).toBe('dialling-stopped');
    expect(await rig.metrics.registry.metrics()).toMatch(/dialling_stopped 0/);
    expect(await rig.metrics.registry.metrics()).toMatch(/dialling_stopped_pairs 1/);
    await ask('agent_1');
    rig.clock.advance(30_000);
    const tried = await ask('agent_gone');
    await rig.journal.apply(tried.id, { type: 'agent.heard-first' });
    expect(await rig.metrics.registry.metrics()).toMatch(/dialling_stopped_pairs 0/);
  });

  it('takes no offence at numbers that Twilio knows none of', async () => {
    const rig = rigWith({});
    rig.carrier.placing = () =>
      Promise.reject(new CordboardError('carrier-refused', 'Twilio error 21211: no number'));
    for (let at = 0; at < SAMPLE + 5; at += 1)
      expect((await refusalOf(place(rig)))?.code).toBe('carrier-refused');
  });

  it('learns how the call went that was tried when another replica tells its end', async () => {
    const rig = rigWith({ BREAKER_PAUSE_SECONDS: '30' });
    await failing(rig);
    rig.clock.advance(30_000);
    const tried = await place(rig);
    const now = await rig.read(tried);
    const times = { ...now.times, firstAudioAt: rig.clock.now() };
    await rig.store.replace({ ...now, version: now.version + 1, times }, { name: 'theirs', entries: [] });
    await rig.clock.pass(0);
    expect(await refusalOf(place(rig, '+14155550199'))).toBeUndefined();
  });

  it('takes no offence at people who are busy or do not answer', async () => {
    const rig = rigWith({});
    for (let at = 0; at < SAMPLE + 5; at += 1) {
      const call = await place(rig);
      await rig.journal.apply(call.id, {
        type: 'carrier.ended',
        status: at % 2 === 0 ? 'busy' : 'no-answer',
      });
    }
    expect(await refusalOf(place(rig))).toBeUndefined();
  });

  it('keeps nobody from ringing us', async () => {
    const rig = rigWith({});
    await failing(rig);
    const call = await rig.calls.receive({
      direction: 'inbound',
      twilioCallSid: `CA${'0'.repeat(32)}`,
      to: '+14155550100',
      from: '+14155550123',
      variables: {},
    });
    expect(call.status).toBe('ringing');
  });

  it('also stops calls that waited in their turn while others failed', async () => {
    const rig = new CallsRig({ TWILIO_CALLS_PER_SECOND: '1' });
    const first = await rig.calls.place({ to: '+14155550123' });
    const waiting = rig.calls.place({ to: '+14155550199' });
    for (let at = 0; at < SAMPLE; at += 1) {
      const call = await rig.given({ status: 'initiated' });
      rig.dialGuard.check(call);
      await fails(rig, call);
    }
    rig.clock.advance(1000);
    const refusal = await refusalOf(waiting);
    expect(refusal?.code).toBe('dialling-stopped');
    expect(rig.carrier.times('place')).toHaveLength(1);
    expect(await rig.read({ id: refusal?.members['callId'] as Call['id'] })).toMatchObject({
      status: 'failed',
      endReason: 'service-failed',
      failure: { code: 'dialling-stopped' },
    });
    expect((await rig.read(first)).endReason).toBeNull();
  });
});
