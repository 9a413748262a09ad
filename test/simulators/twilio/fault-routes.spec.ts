/** Faults asked for over HTTP, as a person does who runs the simulator alone. */
import { rigForEach, script, CALLEE, CALLER } from './rig.js';

const rig = rigForEach({ script: script() });

async function ask(method: string, body?: string): Promise<[number, Record<string, unknown>]> {
  const answer = await fetch(`${rig().simulator.url}/simulate/faults`, {
    method,
    ...(body === undefined ? {} : { body }),
  });
  return [answer.status, (await answer.json()) as Record<string, unknown>];
}

describe('the route of the faults', () => {
  it('takes a form or JSON, shows what is still to strike, and forgets it', async () => {
    const { client } = rig();
    const busy = { fault: 'too-many-requests', action: 'create', times: 2 };
    const lost = { fault: 'hangs', action: 'list', times: 1 };
    expect(await ask('POST', 'fault=too-many-requests&times=2')).toEqual([201, { pending: [busy] }]);
    expect(await ask('POST', JSON.stringify({ fault: 'hangs', action: 'list' }))).toEqual([
      201,
      { pending: [busy, lost] },
    ]);
    const placed = (): Promise<unknown> =>
      client.calls.create({ to: CALLEE, from: CALLER, twiml: '<Response/>' });
    await expect(placed()).rejects.toMatchObject({ status: 429 });
    expect(await ask('GET')).toEqual([200, { pending: [{ ...busy, times: 1 }, lost] }]);
    expect(await ask('DELETE')).toEqual([200, { pending: [] }]);
    await expect(placed()).resolves.toHaveProperty('sid');
  });

  it.each([
    ['fault=rain', 'fault must be one of too-many-requests, '],
    ['times=1', 'fault must be one of '],
    ['fault=hangs&action=sing', 'action must be one of create, '],
    ['fault=hangs&times=0', 'times must be a whole number from 1'],
    ['fault=hangs&times=often', 'times must be a whole number from 1'],
    ['{"fault":"hangs","times":1.5}', 'times must be a whole number from 1'],
  ])('refuses %s and names the field', async (body, message) => {
    const [status, answer] = await ask('POST', body);
    expect([status, answer['message']]).toEqual([400, expect.stringContaining(message)]);
    expect(rig().simulator.faults.pending).toEqual([]);
  });

  it('refuses other methods', async () => {
    expect(await ask('PUT')).toMatchObject([405, { code: 20_004 }]);
  });
});
