/** Placing calls: no faster than the account may, no more than the replica holds, and with every refusal told. */
import { CordboardError } from '../../src/core/errors.js';
import type { CallId } from '../../src/core/ids.js';
import { sidFor } from '../support/fake-carrier.js';
import { settled } from '../support/manual-clock.js';
import { CallsRig } from './calls-rig.js';

const TO = '+14155550123';

describe('the pace of dialling', () => {
  it.each([
    ['1', [0, 1000, 2000, 3000]],
    ['2', [0, 500, 1000, 1500]],
    ['20', [0, 50, 100, 150]],
  ])('keeps to %s calls per second', async (rate, starts) => {
    const rig = new CallsRig({ TWILIO_CALLS_PER_SECOND: rate });
    const begin = rig.clock.now();
    const placed = Array.from({ length: 4 }, () => rig.calls.place({ to: TO }));
    await rig.clock.pass(10_000);
    await Promise.all(placed);
    expect(rig.carrier.times('place').map((at) => at - begin)).toEqual(starts);
  });

  it('starts at once after a pause, and saves up no time', async () => {
    const rig = new CallsRig();
    const begin = rig.clock.now();
    void rig.calls.place({ to: TO });
    await rig.clock.pass(60_000);
    const later = [rig.calls.place({ to: TO }), rig.calls.place({ to: TO })];
    await rig.clock.pass(5000);
    await Promise.all(later);
    expect(rig.carrier.times('place').map((at) => at - begin)).toEqual([0, 60_000, 61_000]);
  });

  it('answers with the call still queued when its turn is far', async () => {
    const rig = new CallsRig();
    const placed = Array.from({ length: 10 }, () => rig.calls.place({ to: TO }));
    await rig.clock.pass(3000);
    const last = await placed[9];
    expect(last).toMatchObject({ status: 'queued', twilioCallSid: null });
    await rig.clock.pass(10_000);
    expect(await rig.read({ id: last?.id ?? 'call_none' })).toMatchObject({
      twilioCallSid: expect.any(String),
    });
  });

  it('does not dial a call that was hung up while it waited', async () => {
    const rig = new CallsRig();
    const placed = [rig.calls.place({ to: TO }), rig.calls.place({ to: TO })];
    await settled();
    const waiting = rig.admission.heldCalls()[1] ?? 'call_none';
    await rig.calls.hangUp(waiting);
    await rig.clock.pass(20_000);
    await Promise.all(placed);
    expect(rig.carrier.times('place')).toHaveLength(1);
    expect(await rig.read({ id: waiting })).toMatchObject({
      status: 'canceled',
      endReason: 'hung-up-by-api',
    });
  });
});

describe('a placed call', () => {
  it('has the carrier’s id, the defaults of the environment and its own variables', async () => {
    const rig = new CallsRig();
    const call = await rig.calls.place({ to: TO, variables: { name: 'John' } });
    expect(call).toMatchObject({
      direction: 'outbound',
      to: TO,
      from: '+14155550100',
      agentId: 'agent_1',
      variables: { name: 'John' },
      twilioCallSid: sidFor(call),
      ringTimeoutSeconds: 60,
      maxDurationSeconds: 3600,
    });
    expect(rig.admission.liveCalls).toBe(1);
  });

  it('is ended on record when the carrier refuses it, and the refusal names the call', async () => {
    const rig = new CallsRig();
    rig.carrier.placing = () => Promise.reject(new CordboardError('carrier-refused', 'Twilio error 21211'));
    const error: unknown = await rig.calls.place({ to: TO }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'carrier-refused',
      members: { callId: expect.stringMatching(/^call_/) },
    });
    const page = await rig.store.list({}, 5);
    expect(page?.calls).toMatchObject([
      { status: 'failed', endReason: 'carrier-failed', failure: { code: 'carrier-refused' } },
    ]);
    expect(rig.admission.liveCalls).toBe(0);
    expect(rig.clock.pending).toBe(0);
  });

  it('is answered as queued, and not asked for again, when it is not known whether the phone rings', async () => {
    const rig = new CallsRig();
    rig.carrier.placing = () =>
      Promise.reject(new CordboardError('carrier-unreachable', 'no answer', [], { placed: 'unknown' }));
    const placing = rig.calls.place({ to: TO });
    await rig.clock.pass(3000);
    expect(await placing).toMatchObject({ status: 'queued', endReason: null });
    expect(rig.carrier.times('place')).toHaveLength(1);
    expect(rig.admission.liveCalls).toBe(1);
    await rig.clock.pass(90_000);
    expect(rig.carrier.times('place')).toHaveLength(1);
    expect(rig.admission.liveCalls).toBe(0);
  });

  it('is hung up as soon as the carrier has it, when its end was decided while it was asked', async () => {
    const rig = new CallsRig();
    const accepting: ((sid: string) => void)[] = [];
    rig.carrier.placing = () => new Promise((resolve) => void accepting.push(resolve));
    const placed = rig.calls.place({ to: TO });
    await settled();
    await rig.calls.hangUp(rig.admission.heldCalls()[0] ?? '');
    expect(rig.carrier.times('hang-up')).toEqual([]);
    accepting[0]?.('CA1');
    await placed;
    expect(rig.carrier.asked.at(-1)).toMatchObject({ verb: 'hang-up', id: 'CA1' });
  });
});

describe('a call that is placed while the store is away', () => {
  async function queued(rig: CallsRig): Promise<CallId> {
    // Two, so that the second waits for its turn when the store goes away.
    const placed = [rig.calls.place({ to: TO }), rig.calls.place({ to: TO })];
    await settled();
    await placed[0];
    const [, waiting] = rig.admission.heldCalls();
    void placed[1]?.catch(() => undefined);
    return waiting ?? 'call_none';
  }

  it('is not dialled before the store has it that the carrier is asked, and then is', async () => {
    const rig = new CallsRig();
    const id = await queued(rig);
    rig.store.isAway = true;
    await rig.clock.pass(20_000);
    expect(rig.carrier.times('place')).toHaveLength(1);
    rig.store.isAway = false;
    await rig.clock.pass(5000);
    expect(rig.carrier.times('place')).toHaveLength(2);
    expect(await rig.read({ id })).toMatchObject({ twilioCallSid: expect.any(String), endReason: null });
  });

  it('waits also for what is owed to the store from before', async () => {
    const rig = new CallsRig();
    const id = await queued(rig);
    const replace = rig.store.replace.bind(rig.store);
    // The store goes away with the very write that Twilio is asked, and can be read again before that is caught up.
    rig.store.replace = () => Promise.reject(new CordboardError('store-away'));
    await rig.clock.pass(5000);
    expect(rig.journal.owed).toBe(1);
    expect(rig.carrier.times('place')).toHaveLength(1);
    rig.store.replace = replace;
    await rig.clock.pass(5000);
    expect(rig.carrier.times('place')).toHaveLength(2);
    expect(await rig.read({ id })).toMatchObject({ twilioCallSid: expect.any(String), endReason: null });
  });

  it('is not dialled when another replica has taken it over meanwhile', async () => {
    const rig = new CallsRig();
    const id = await queued(rig);
    const call = await rig.read({ id });
    // This process was stopped or cut off for so long that the others took it for dead.
    rig.store.replaceSilently({
      ...call,
      version: 2,
      times: { ...call.times, startedAt: rig.clock.now() + 1 },
    });
    await rig.clock.pass(5000);
    expect(rig.carrier.times('place')).toHaveLength(1);
    expect(await rig.read({ id })).toMatchObject({ version: 2, endReason: null });
  });

  it('is left to the replica that took it over, also when this one gives up', async () => {
    const rig = new CallsRig({ RING_TIMEOUT_SECONDS: '30' });
    const id = await queued(rig);
    const call = await rig.read({ id });
    rig.store.isAway = true;
    await rig.clock.pass(40_000);
    rig.store.replaceSilently({
      ...call,
      version: 3,
      twilioCallSid: 'CA9',
      times: { ...call.times, startedAt: rig.clock.now() - 5000 },
    });
    rig.store.isAway = false;
    await rig.clock.pass(30_000);
    expect(await rig.read({ id })).toMatchObject({ twilioCallSid: 'CA9', endReason: null });
    expect(rig.carrier.times('place')).toHaveLength(1);
  });

  it('ends with its cause when the service itself fails before Twilio is asked', async () => {
    const rig = new CallsRig();
    const id = await queued(rig);
    const find = rig.store.find.bind(rig.store);
    rig.store.find = () => Promise.reject(new Error('a refused statement'));
    await rig.clock.pass(5000);
    rig.store.find = find;
    expect(await rig.read({ id })).toMatchObject({
      status: 'failed',
      endReason: 'service-failed',
      failure: { code: 'internal' },
    });
    expect(rig.admission.liveCalls).toBe(1);
  });

  it('is given up when the store stays away for longer than a phone rings', async () => {
    const rig = new CallsRig({ RING_TIMEOUT_SECONDS: '30' });
    const id = await queued(rig);
    rig.store.isAway = true;
    await rig.clock.pass(40_000);
    rig.store.isAway = false;
    await rig.clock.pass(30_000);
    expect(rig.carrier.times('place')).toHaveLength(1);
    expect(await rig.read({ id })).toMatchObject({
      status: 'failed',
      endReason: 'service-failed',
      failure: { code: 'store-away' },
    });
  });
});

describe('a call that is not placed at all', () => {
  it.each([
    ['bad-input', { to: TO }, { TWILIO_PHONE_NUMBER: '' }],
    ['bad-input', { to: TO }, { ELEVENLABS_AGENT_ID: '' }],
    ['destination-refused', { to: '+19005550123' }, {}],
    ['destination-refused', { to: '+881612345678' }, {}],
    ['destination-refused', { to: '+442071838750' }, { ALLOWED_DESTINATIONS: 'US' }],
  ] as const)('is refused with %s: %j %j', async (code, request, variables) => {
    const rig = new CallsRig(variables);
    await expect(rig.calls.place(request)).rejects.toMatchObject({ code });
    expect(rig.carrier.asked).toEqual([]);
    expect(await rig.store.list({}, 5)).toEqual({ calls: [], nextCursor: null });
    expect(rig.admission.liveCalls).toBe(0);
  });

  it('is refused beyond the limit, also in one burst, and not any more when another has ended', async () => {
    const rig = new CallsRig({ MAX_CONCURRENT_CALLS: '2', TWILIO_CALLS_PER_SECOND: '100' });
    const burst = Array.from({ length: 5 }, () =>
      rig.calls.place({ to: TO }).catch((error: unknown) => error),
    );
    await rig.clock.pass(1000);
    const results = await Promise.all(burst);
    expect(results.filter((result) => result instanceof CordboardError)).toHaveLength(3);
    expect(results[4]).toMatchObject({ code: 'at-capacity' });
    const [live] = rig.admission.heldCalls();
    await rig.journal.apply(live ?? 'call_none', { type: 'carrier.ended', status: 'completed' });
    await expect(rig.calls.place({ to: TO })).resolves.toMatchObject({ direction: 'outbound' });
  });

  it('is refused while draining', async () => {
    const rig = new CallsRig();
    rig.readiness.beginDraining();
    await expect(rig.calls.place({ to: TO })).rejects.toMatchObject({ code: 'draining' });
  });
});

describe('an incoming call', () => {
  const received = {
    direction: 'inbound',
    twilioCallSid: 'CA7',
    to: '+14155550100',
    from: 'anonymous',
    variables: {},
  } as const;

  it('rings on record, is found again, and never hits a destination rule', async () => {
    const rig = new CallsRig({ ALLOWED_DESTINATIONS: 'DE' });
    const call = await rig.calls.receive(received);
    expect(call).toMatchObject({
      status: 'ringing',
      direction: 'inbound',
      twilioCallSid: 'CA7',
      from: 'anonymous',
    });
    expect(await rig.calls.receive(received)).toEqual(call);
    expect(rig.admission.liveCalls).toBe(1);
  });

  it('is one call also when Twilio’s two requests come at the same moment', async () => {
    const rig = new CallsRig();
    const [one, other] = await Promise.all([rig.calls.receive(received), rig.calls.receive(received)]);
    expect(other).toEqual(one);
    expect((await rig.store.list({}, 5))?.calls).toHaveLength(1);
    expect(rig.admission.liveCalls).toBe(1);
  });
});

describe('hanging up', () => {
  it('ends the line, and is a conflict afterwards', async () => {
    const rig = new CallsRig();
    const call = await rig.calls.place({ to: TO });
    expect(await rig.calls.hangUp(call.id)).toMatchObject({ endReason: 'hung-up-by-api' });
    expect(rig.carrier.asked.at(-1)).toMatchObject({ verb: 'hang-up', id: call.twilioCallSid });
    await rig.journal.apply(call.id, { type: 'carrier.ended', status: 'canceled' });
    await expect(rig.calls.hangUp(call.id)).rejects.toMatchObject({ code: 'call-ended' });
    await expect(rig.calls.hangUp('call_none')).rejects.toMatchObject({ code: 'not-found' });
    await expect(rig.calls.hangUp('../etc')).rejects.toMatchObject({ code: 'not-found' });
  });
});
