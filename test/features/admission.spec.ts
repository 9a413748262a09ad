/** Which calls a replica waits for before it ends. */
import { CALL_SID, STREAM_SID } from '../support/builders.js';
import { CallsRig } from './calls-rig.js';

describe('a replica that waits for its calls', () => {
  it('waits for one that another let in and whose media it carries', async () => {
    const rig = new CallsRig();
    const call = await rig.given({ status: 'in-progress', twilioCallSid: CALL_SID });
    rig.admission.release(call.id);
    rig.journal.keep(call);
    rig.admission.hold(call.id);
    let isEmpty = false;
    const empty = rig.admission.untilEmpty(60_000).then((is) => (isEmpty = is));
    await rig.clock.pass(1000);
    expect(isEmpty).toBe(false);
    await rig.journal.apply(call.id, { type: 'carrier.ended', status: 'completed' });
    expect(await empty).toBe(true);
  });

  it('leaves one to the replica that its media came to', async () => {
    const rig = new CallsRig();
    const call = await rig.given({ status: 'in-progress', twilioCallSid: CALL_SID });
    rig.admission.hold(call.id);
    const times = { ...call.times, streamStartedAt: rig.clock.now() };
    const theirs = { ...call, version: call.version + 1, streamSid: STREAM_SID, times };
    await rig.store.replace(theirs, { name: 'theirs', entries: [] });
    await rig.clock.pass(0);
    expect(rig.admission.heldCalls()).toEqual([]);
  });

  it('keeps one whose media came here', async () => {
    const rig = new CallsRig();
    const call = await rig.given({ status: 'in-progress', twilioCallSid: CALL_SID });
    rig.admission.hold(call.id);
    await rig.journal.apply(call.id, { type: 'stream.started', streamSid: STREAM_SID, variables: {} });
    await rig.clock.pass(0);
    expect(rig.admission.heldCalls()).toEqual([call.id]);
  });
});
