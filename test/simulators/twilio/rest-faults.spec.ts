/** Faults of the REST API: what each does to the vendor's own SDK, and what is left of the request that it struck. */
import { rigForEach, script, CALLEE, CALLER } from './rig.js';

const rig = rigForEach({ script: script() });
const HOLD = '<Response><Pause length="30"/></Response>';

function refused(code: number, status: number): object {
  return expect.objectContaining({ code, status }) as object;
}

function create(): Promise<{ sid: string }> {
  return rig().client.calls.create({ to: CALLEE, from: CALLER, twiml: HOLD });
}

/** How an attempt ends that nobody answers. */
function outcomeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'answered',
    () => 'broken off',
  );
}

describe('a REST fault', () => {
  it.each([
    ['too-many-requests', 429, 20_429],
    ['server-error', 500, 20_500],
    ['unavailable', 503, 20_503],
  ] as const)(
    'of the kind %s strikes as often as asked, and nothing is carried out',
    async (fault, status, code) => {
      const { simulator } = rig();
      simulator.faults.next(fault, 2);
      await expect(create()).rejects.toEqual(refused(code, status));
      await expect(create()).rejects.toEqual(refused(code, status));
      expect(simulator.calls).toHaveLength(0);
      await expect(create()).resolves.toHaveProperty('sid');
    },
  );

  it('can break the connection before anything is carried out', async () => {
    const { simulator } = rig();
    simulator.faults.next('refused');
    await expect(create()).rejects.toThrow('socket hang up');
    expect(simulator.calls).toHaveLength(0);
    await expect(create()).resolves.toHaveProperty('sid');
  });

  it('can carry the call out and lose the answer', async () => {
    const { simulator } = rig();
    simulator.faults.next('carried-out-unanswered');
    await expect(create()).rejects.toThrow('socket hang up');
    expect(simulator.calls).toHaveLength(1);
    await simulator.calls[0]?.until('in-progress');
  });

  it('can carry the call out, dial it at once, and leave the request without an answer', async () => {
    const { simulator, client } = rig();
    simulator.faults.next('carried-out-hangs');
    const attempt = outcomeOf(create());
    let sid: string | undefined;
    while (sid === undefined) sid = (await client.calls.list())[0]?.sid;
    await simulator.find(sid)?.until('in-progress');
    await simulator.stop();
    await expect(attempt).resolves.toBe('broken off');
  });

  it('can leave a request hanging until the simulator stops', async () => {
    const { simulator } = rig();
    simulator.faults.next('hangs');
    const attempt = outcomeOf(create());
    simulator.faults.next('unavailable', 1, 'list');
    await expect(rig().client.calls.list()).rejects.toEqual(refused(20_503, 503));
    expect(simulator.calls).toHaveLength(0);
    await simulator.stop();
    await expect(attempt).resolves.toBe('broken off');
  });

  it('strikes only the kind of request that it was asked for', async () => {
    const { simulator, client } = rig();
    const { sid } = await create();
    await simulator.find(sid)?.until('in-progress');
    const kinds = {
      fetch: () => client.calls(sid).fetch(),
      list: () => client.calls.list(),
      update: () => client.calls(sid).update({ status: 'completed' }),
      'create-recording': () => client.calls(sid).recordings.create(),
      'list-recordings': () => client.recordings.list(),
      'fetch-recording': () => client.recordings(`RE${'0'.repeat(32)}`).fetch(),
      'delete-recording': () => client.recordings(`RE${'0'.repeat(32)}`).remove(),
      delete: () => client.calls(sid).remove(),
    } as const;
    for (const kind of Object.keys(kinds) as (keyof typeof kinds)[])
      simulator.faults.next('unavailable', 1, kind);
    await expect(create()).resolves.toHaveProperty('sid');
    for (const send of Object.values(kinds)) await expect(send()).rejects.toEqual(refused(20_503, 503));
    expect([simulator.faults.pending, simulator.find(sid)?.status]).toEqual([[], 'in-progress']);
  });

  it('is forgotten when it has not struck yet', async () => {
    const { simulator } = rig();
    simulator.faults.next('server-error', 2);
    await expect(create()).rejects.toEqual(refused(20_500, 500));
    expect(simulator.faults.pending).toEqual([{ fault: 'server-error', action: 'create', times: 1 }]);
    simulator.faults.clear();
    await expect(create()).resolves.toHaveProperty('sid');
  });
});
