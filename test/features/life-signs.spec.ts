/** When a replica shows that it lives, whom it takes for dead, and what it finds that nobody knows of. */
import { LifeSigns } from '../../src/calls/life-signs.js';
import { Recovery } from '../../src/calls/recovery.js';
import type { Call } from '../../src/core/call/call.js';
import { ReplicaStore } from '../../src/core/call/replica.store.js';
import { CordboardError } from '../../src/core/errors.js';
import type { CallId } from '../../src/core/ids.js';
import { callWith, CALL_SID, environmentWith, silentLogger } from '../support/builders.js';
import { CallsRig } from './calls-rig.js';

class FakeReplicas extends ReplicaStore {
  isAway = false;
  readonly asked: boolean[] = [];
  left: Call[] = [];
  mine: CallId[] = [];
  beats = 0;

  beat(): Promise<void> {
    if (this.isAway) return Promise.reject(new CordboardError('store-away'));
    this.beats += 1;
    return Promise.resolve();
  }
  takeOver(_timeoutSeconds: number, silentToo: boolean): Promise<readonly Call[]> {
    this.asked.push(silentToo);
    return Promise.resolve(this.left.splice(0));
  }
  ownOpen(): Promise<readonly CallId[]> {
    return Promise.resolve(this.mine);
  }
  own(): Promise<void> {
    return Promise.resolve();
  }
  leave(): Promise<void> {
    return Promise.resolve();
  }
}

describe('a replica', () => {
  let rig: CallsRig;
  let replicas: FakeReplicas;
  let signs: LifeSigns;

  beforeEach(() => {
    rig = new CallsRig();
    replicas = new FakeReplicas();
    const recovery = new Recovery(rig.journal, rig.dialer, replicas, rig.clock, silentLogger());
    signs = new LifeSigns(
      environmentWith({ REPLICA_TIMEOUT_SECONDS: '30' }),
      replicas,
      recovery,
      rig.readiness,
      rig.clock,
      silentLogger(),
    );
  });
  afterEach(() => signs.onApplicationShutdown());

  it('takes nobody for dead who is only silent before it has had a connection for as long itself', async () => {
    await signs.onApplicationBootstrap();
    await rig.clock.pass(29_000);
    expect(new Set(replicas.asked)).toEqual(new Set([false]));
    await rig.clock.pass(7000);
    expect(replicas.asked.at(-1)).toBe(true);
    replicas.isAway = true;
    await rig.clock.pass(60_000);
    replicas.isAway = false;
    const before = replicas.asked.length;
    await rig.clock.pass(29_000);
    expect(new Set(replicas.asked.slice(before))).toEqual(new Set([false]));
    await rig.clock.pass(7000);
    expect(replicas.asked.at(-1)).toBe(true);
  });

  it('goes on showing that it lives while it drains, and takes nothing more', async () => {
    await signs.onApplicationBootstrap();
    rig.readiness.beginDraining();
    const { beats, asked } = replicas;
    const before = asked.length;
    await rig.clock.pass(20_000);
    expect(replicas.beats).toBeGreaterThan(beats);
    expect(asked).toHaveLength(before);
  });

  it('ends a call that was written although its request was refused, and dials nobody', async () => {
    await signs.onApplicationBootstrap();
    const call = callWith();
    // The insert took place and its answer was lost: the record is there, and nobody here knows of it.
    await rig.store.insert(call, { name: 'created', entries: [] });
    replicas.mine = [call.id];
    await rig.clock.pass(10_000);
    expect(await rig.read(call)).toMatchObject({
      status: 'failed',
      endReason: 'service-failed',
      failure: { code: 'store-away' },
    });
    expect(rig.carrier.asked).toEqual([]);
  });

  it('follows a call of which it was never told that it has taken it over', async () => {
    await signs.onApplicationBootstrap();
    const times = {
      startedAt: rig.clock.now(),
      answeredAt: rig.clock.now(),
      streamStartedAt: rig.clock.now(),
    };
    const call = callWith({ status: 'in-progress', twilioCallSid: CALL_SID, times });
    await rig.store.insert(call, { name: 'created', entries: [] });
    replicas.mine = [call.id];
    await rig.clock.pass(10_000);
    expect(await rig.read(call)).toMatchObject({
      endReason: 'service-failed',
      failure: { code: 'service-lost' },
    });
  });

  it('leaves alone what it carries', async () => {
    await signs.onApplicationBootstrap();
    const call = await rig.given(
      {},
      { type: 'carrier.asked' },
      { type: 'carrier.accepted', twilioCallSid: CALL_SID },
    );
    replicas.mine = [call.id];
    const news = rig.news.length;
    await rig.clock.pass(20_000);
    expect(rig.news.slice(news)).toEqual([]);
  });
});
