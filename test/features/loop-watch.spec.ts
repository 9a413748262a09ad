/** A replica whose event loop is saturated takes no more calls, and takes them again afterwards. */
import { newCallId } from '../../src/core/ids.js';
import { LoopWatch } from '../../src/ops/loop-watch.js';
import { Metrics } from '../../src/ops/metrics.js';
import { Readiness } from '../../src/ops/readiness.js';
import { environmentWith, silentLogger } from '../support/builders.js';
import { ManualClock } from '../support/manual-clock.js';
import { CallsRig } from './calls-rig.js';

describe('the watch of the event loop', () => {
  it('stops calls from being taken while the loop does nothing but work', async () => {
    const { watch, clock, readiness, metrics } = watched({ MAX_LOOP_BUSY_PERCENT: '50' });
    watch.onApplicationBootstrap();
    for (let second = 0; second < 5; second += 1) {
      work();
      await clock.pass(1000);
    }
    expect(readiness.isSaturated).toBe(true);
    expect(await metrics.registry.metrics()).toMatch(/cordboard_event_loop_busy_ratio (1|0\.[5-9])/);
    for (let second = 0; second < 5; second += 1) {
      await idle();
      await clock.pass(1000);
    }
    expect(readiness.isSaturated).toBe(false);
    watch.onApplicationShutdown();
    await clock.pass(10_000);
    expect(clock.pending).toBe(0);
  });
});

describe('a saturated replica', () => {
  it('refuses the next call by name and keeps those that it has', () => {
    const rig = new CallsRig();
    const live = newCallId();
    rig.admission.admit(live);
    rig.readiness.isSaturated = true;
    expect(() => rig.admission.admit(newCallId())).toThrow(expect.objectContaining({ code: 'saturated' }));
    expect(rig.admission.heldCalls()).toEqual([live]);
    rig.readiness.isSaturated = false;
    rig.admission.admit(newCallId());
    expect(rig.admission.liveCalls).toBe(2);
  });
});

function watched(variables: Record<string, string>) {
  const clock = new ManualClock();
  const readiness = new Readiness();
  const metrics = new Metrics();
  const watch = new LoopWatch(environmentWith(variables), readiness, metrics, clock, silentLogger());
  return { watch, clock, readiness, metrics };
}

/** A loop that waits is what is looked at here. */
function idle(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 40));
}

/** Long enough that what else the loop does between two looks is nothing beside it. */
function work(): void {
  const until = performance.now() + 40;
  while (performance.now() < until);
}
