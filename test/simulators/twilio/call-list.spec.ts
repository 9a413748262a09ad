/** The list of calls, and what it shows of a call whose creation was never answered. Driven by the vendor's own SDK. */
import type { CallerScript } from '../../../src/simulators/twilio/caller-script.js';
import type { SimulatedCall } from '../../../src/simulators/twilio/simulated-call.js';
import { rigForEach, script, CALLEE, CALLER, type Rig } from './rig.js';

const rig = rigForEach({ script: script() });
const HOLD = '<Response><Pause length="30"/></Response>';

describe('the list of calls', () => {
  it('shows the newest first, page by page', async () => {
    const { client } = rig();
    const sids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      const to = index % 2 === 0 ? CALLEE : '+14155550177';
      sids.unshift((await client.calls.create({ to, from: CALLER, twiml: HOLD })).sid);
    }
    const all = await client.calls.list({ pageSize: 2 });
    expect(all.map(({ sid }) => sid)).toEqual(sids);
    const first = await client.calls.page({ pageSize: 2 });
    expect(first.instances.map(({ sid }) => sid)).toEqual(sids.slice(0, 2));
    const second = await first.nextPage();
    expect(second?.instances.map(({ sid }) => sid)).toEqual(sids.slice(2, 4));
    const toCallee = await client.calls.list({ to: CALLEE });
    expect(toCallee.map(({ sid }) => sid)).toEqual([sids[0], sids[2], sids[4]]);
  });

  it('is filtered by status and time', async () => {
    const { client, simulator } = rig();
    const one = await client.calls.create({ to: CALLEE, from: CALLER, twiml: HOLD });
    const two = await client.calls.create({ to: CALLEE, from: CALLER, twiml: '<Response/>' });
    await simulator.find(one.sid)?.until('in-progress');
    await simulator.find(two.sid)?.until('completed');
    const ofStatus = async (status: 'completed' | 'in-progress'): Promise<string[]> =>
      (await client.calls.list({ status })).map(({ sid }) => sid);
    expect(await ofStatus('completed')).toEqual([two.sid]);
    expect(await ofStatus('in-progress')).toEqual([one.sid]);
    const anHourAgo = new Date(Date.now() - 3_600_000);
    expect(await client.calls.list({ startTimeAfter: anHourAgo })).toHaveLength(2);
    expect(await client.calls.list({ startTimeBefore: anHourAgo })).toHaveLength(0);
    expect(
      await client.calls.list({ startTime: new Date(simulator.calls[0]?.startedAtEpochMs ?? 0) }),
    ).not.toEqual([]);
  });
});

describe('a list with a filter that is not simulated', () => {
  it('is refused instead of being answered as if there were none', async () => {
    const { simulator } = rig();
    const pair = Buffer.from(`${simulator.accountSid}:${simulator.authToken}`).toString('base64');
    const list = `${simulator.url}/2010-04-01/Accounts/${simulator.accountSid}/Calls.json`;
    for (const [query, status] of [
      ['to=1', 400],
      ['DateCreated=2026-11-23', 400],
      ['StartTime%3E=2026-11-23&EndTime%3C=&PageSize=1&Page=0&PageToken=PA0', 200],
    ] as const) {
      const answer = await fetch(`${list}?${query}`, { headers: { authorization: `Basic ${pair}` } });
      expect([query, answer.status]).toEqual([query, status]);
    }
  });
});

describe('a call whose creation was carried out and never answered', () => {
  const FOUND = { to: CALLEE, from: CALLER };
  const LATER = new Date(Date.now() - 60_000);
  let answer: CallerScript = script();
  const slow = rigForEach({ script: () => answer, callsPerSecond: 0.01 });
  const lenient = rigForEach({ script: () => answer, callsPerSecond: 0.01, startTimeMatchesUnstarted: true });

  async function lost({ client, simulator }: Rig): Promise<SimulatedCall> {
    simulator.faults.next('carried-out-unanswered');
    await expect(client.calls.create({ ...FOUND, twiml: HOLD })).rejects.toThrow('socket hang up');
    const call = simulator.calls.at(-1);
    if (!call) throw new Error('the call is missing');
    return call;
  }

  it('is found by its numbers and its time while it rings', async () => {
    answer = { answer: { kind: 'answers', afterMs: 60_000 }, steps: [] };
    const { client } = slow();
    const call = await (await lost(slow())).until('ringing');
    const [found, ...others] = await client.calls.list({ ...FOUND, startTimeAfter: LATER });
    expect([found?.sid, found?.status, others]).toEqual([call.sid, 'ringing', []]);
    expect(found?.startTime).toBeInstanceOf(Date);
    expect(await client.calls.list({ ...FOUND, to: '+14155550177' })).toEqual([]);
    expect(await client.calls.list({ ...FOUND, from: '+14155550177' })).toEqual([]);
  });

  it('is found by its numbers while it waits in the queue, and has a date of creation but no start', async () => {
    answer = script();
    const { client } = slow();
    await client.calls.create({ ...FOUND, to: '+14155550177', twiml: HOLD });
    const call = await lost(slow());
    const [found, ...others] = await client.calls.list(FOUND);
    expect([found?.sid, found?.status, others]).toEqual([call.sid, 'queued', []]);
    expect(found?.startTime).toBeNull();
    expect(found?.dateCreated.getTime()).toBeGreaterThan(LATER.getTime());
  });

  it('is left out of a list by start time while it has none, or not, as the simulator is told', async () => {
    answer = script();
    for (const [place, count] of [
      [slow(), 0],
      [lenient(), 1],
    ] as const) {
      await place.client.calls.create({ ...FOUND, to: '+14155550177', twiml: HOLD });
      await lost(place);
      expect(await place.client.calls.list({ ...FOUND, startTimeAfter: LATER })).toHaveLength(count);
    }
  });
});
