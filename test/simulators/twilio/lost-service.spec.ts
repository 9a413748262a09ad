/** A service that is gone in the middle of a call: the call ends by itself, and what the REST API tells of it stays true. */
import type { SimulatedCall } from '../../../src/simulators/twilio/simulated-call.js';
import { rigForEach, script, CALLEE, CALLER } from './rig.js';
import type { Reply } from './stand-in-service.js';

const rig = rigForEach({ script: script({ step: 'says', noiseMs: 60 }), recordingAfterMs: 0 });

/** An outbound call of which everything is reported to the service. */
async function placed(document: Reply | string): Promise<SimulatedCall> {
  const { client, simulator, service } = rig();
  service.replies.set('/voice', () => document);
  const { sid } = await client.calls.create({
    to: CALLEE,
    from: CALLER,
    url: `${service.url}/voice`,
    statusCallback: `${service.url}/status#rc=3&rp=5xx,ct,rt`,
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    record: true,
    recordingStatusCallback: `${service.url}/recording`,
  });
  const call = simulator.find(sid);
  if (!call) throw new Error('the call is missing');
  return call;
}

async function expectCompleted(call: SimulatedCall): Promise<void> {
  const { client, simulator } = rig();
  const fetched = await client.calls(call.sid).fetch();
  expect(fetched).toMatchObject({ status: 'completed', duration: expect.stringMatching(/^[1-9]\d*$/) });
  expect(fetched.endTime.getTime()).toBeGreaterThanOrEqual(fetched.startTime.getTime());
  expect((await client.calls.list({ status: 'completed' })).map(({ sid }) => sid)).toEqual([call.sid]);
  expect(await client.calls.list({ status: 'in-progress' })).toEqual([]);
  expect(simulator.find(call.sid)?.statuses.filter((status) => status === 'completed')).toHaveLength(1);
}

describe('a call whose service dies', () => {
  it('ends with its stream, though nobody can be told, and its recording is there', async () => {
    const { service, client } = rig();
    const call = await placed(service.streamDocument());
    const socket = await service.socket();
    await call.observed('caller-stops');
    await service.stop();
    await call.settled();
    expect([call.endedBecause, socket.closedWith]).toEqual(['document-ended', 1006]);
    // In the order of their failing: the socket, then both callbacks.
    expect(call.warnings.map(({ code }) => code)).toEqual([31_921, 11_205, 11_205]);
    const last = call.requests.filter(({ params }) => params['CallStatus'] === 'completed');
    expect(last).toMatchObject([{ attempts: 4, failure: expect.stringContaining('ECONNREFUSED') }]);
    await expectCompleted(call);
    const [recording] = await client.recordings.list({ callSid: call.sid });
    expect(recording).toMatchObject({ status: 'completed', duration: '1' });
  });

  it('goes on with its document, and then ends', async () => {
    const { service } = rig();
    const call = await placed(service.streamDocument('', ['', '<Say>Sorry.</Say>']));
    await (await service.socket()).message('start');
    await service.stop();
    await call.settled();
    expect([call.says, call.endedBecause]).toEqual([['Sorry.'], 'document-ended']);
    await expectCompleted(call);
  });

  it('ends when the action of its stream cannot be asked', async () => {
    const { service } = rig();
    const call = await placed(service.streamDocument('action="/after"'));
    await (await service.socket()).message('start');
    await service.stop();
    await call.settled();
    expect([call.endedBecause, call.requests.some(({ kind }) => kind === 'action')]).toEqual([
      'document-error',
      true,
    ]);
    await expectCompleted(call);
  });

  it('ends when its document cannot be had any more', async () => {
    const { service } = rig();
    const call = await placed({ never: true });
    await service.request('/voice');
    await service.stop();
    await call.settled();
    expect(call.endedBecause).toBe('document-error');
    await expectCompleted(call);
  });

  it('lasts as long as its document does after a stream that did not come about, or until REST ends it', async () => {
    const { client, service } = rig();
    service.refuseUpgradesWith = 503;
    const call = await placed(
      `<Response><Connect><Stream url="${service.streamUrl}"/></Connect><Pause length="30"/></Response>`,
    );
    await call.observed('stream-error');
    await service.stop();
    await expect(client.calls(call.sid).fetch()).resolves.toMatchObject({ status: 'in-progress' });
    await client.calls(call.sid).update({ status: 'completed' });
    await call.settled();
    await expectCompleted(call);
  });
});
