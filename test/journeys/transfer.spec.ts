/** Calls handed to a person: cold, warm, declined, not answered, and the end of each. */
import { sql } from 'drizzle-orm';
import { Reconciler } from '../../src/billing/reconciler.js';
import { Database } from '../../src/persistence/database.js';
import type { SimulatedCall } from '../../src/simulators/twilio/simulated-call.js';
import type { DialResult } from '../../src/simulators/twilio/caller-script.js';
import { WholeSystem, eventually, isOver, type CallJson } from '../support/whole-system.js';

const PERSON = '+14155550199';

/** What becomes of the dials of a call, by the last two digits of the number called. */
const DIALS: Readonly<Record<string, DialResult | readonly DialResult[]>> = {
  '21': { outcome: 'completed', talkMs: 300 },
  '22': { outcome: 'completed', presses: '1', talkMs: 200 },
  '23': { outcome: 'completed' },
  '24': [{ outcome: 'no-answer' }, { outcome: 'completed', talkMs: 100 }],
  '25': { outcome: 'busy' },
  '26': { outcome: 'completed', talkMs: 60_000 },
};

interface Transferred extends CallJson {
  readonly transfer: Readonly<Record<string, unknown>> | null;
}

/** Whatever waits to be asked of the vendors is asked now. */
async function reconcile({ app }: WholeSystem): Promise<void> {
  await app.get(Database).run((db) => db.execute(sql`update reconciliations set next_attempt_at = now()`));
  await app.get(Reconciler).round();
}

describe('handing a call to a person', () => {
  let system: WholeSystem;
  beforeAll(async () => {
    system = await WholeSystem.start({
      caller: ({ to }) => ({
        answer: { kind: 'answers', afterMs: 10 },
        steps: [{ step: 'hears-agent-out' }],
        ...(DIALS[to.slice(-2)] ? { dial: DIALS[to.slice(-2)] } : {}),
      }),
      agent: { firstMessage: 'Hello.', steps: [{ step: 'listens' }] },
    });
  });
  afterAll(() => system.stop());

  async function talking(to: string): Promise<{ record: CallJson; line: SimulatedCall }> {
    const placed = await system.place({ to, variables: { name: 'John' } });
    await system.elevenlabs.nextConversation();
    await placed.line.observed('agent-audio-ends');
    return placed;
  }
  const transfer = (id: string, body: object) =>
    system.request<Transferred>('POST', `/calls/${id}/transfer`, body);
  const over = async (id: string): Promise<Transferred> =>
    (await eventually(() => system.callRecord(id), isOver)) as Transferred;
  const typesOf = async (id: string): Promise<string[]> => {
    const { body } = await system.request<{ data: { type: string }[] }>(
      'GET',
      `/calls/${id}/events?limit=100`,
    );
    return body.data.map(({ type }) => type);
  };

  it('joins both as soon as the person picks up, and ends the call when the person hangs up', async () => {
    const { record, line } = await talking('+14155550121');
    const answer = await transfer(record.id, { to: PERSON, message: 'One moment.' });
    expect(answer.status).toBe(202);
    expect(answer.body.transfer).toMatchObject({
      mode: 'cold',
      to: PERSON,
      status: 'ringing',
      outcome: null,
    });
    await line.settled();
    expect(line.says).toEqual(['One moment.']);
    expect(line.dials).toEqual([
      expect.objectContaining({ to: PERSON, callerId: '+14155550100', status: 'completed' }),
    ]);
    const ended = await over(record.id);
    expect(ended).toMatchObject({ status: 'completed', endReason: 'transferred', failure: null });
    expect(ended.transfer).toMatchObject({ status: 'ended', outcome: 'completed' });
    expect(line.streams).toHaveLength(1);
    // Two calls of a begun minute at list price: that of the caller and that of the person.
    const priced = await eventually(
      async () => {
        await reconcile(system);
        return (await system.callRecord(record.id)) as CallJson & {
          cost: { telephony: string; final: boolean };
        };
      },
      ({ cost }) => cost.final,
    );
    expect(priced.cost.telephony).toBe('0.0280');
    const types = await typesOf(record.id);
    expect(types.filter((type) => /transfer|call.end/.test(type))).toEqual([
      'transfer.started',
      'transfer.connected',
      'transfer.ended',
      'call.ending',
      'call.ended',
    ]);
    expect(line.warnings).toEqual([]);
  });

  it('tells the person a summary first, and joins both when the person presses a key', async () => {
    const { record, line } = await talking('+14155550122');
    await transfer(record.id, { to: PERSON, mode: 'warm', summary: 'John asks about order seven.' });
    await line.settled();
    expect(line.dials[0]?.whispers).toEqual(['John asks about order seven. Press any key to take the call.']);
    expect(line.observations.map(({ what }) => what)).toContain('bridged');
    expect(await over(record.id)).toMatchObject({ endReason: 'transferred' });
  });

  it.each([
    ['is not accepted', '+14155550123', { mode: 'warm', summary: 'John.' }, 'declined'],
    ['finds the person busy', '+14155550125', {}, 'busy'],
  ])('gives the caller back to the agent when it %s', async (_what, to, body, outcome) => {
    const { record, line } = await talking(to);
    await transfer(record.id, { to: PERSON, ...body });
    const again = await system.elevenlabs.nextConversation();
    await again.until('the second conversation knows', () => again.contextualUpdates.length > 0);
    expect(again.initiation?.dynamic_variables).toMatchObject({ name: 'John', transfer_outcome: outcome });
    expect(again.contextualUpdates[0]?.text).toContain('could not be reached');
    expect(again.contextualUpdates[0]?.text).toContain('Agent: Hello.');
    await again.until('it is asked to speak', () => again.userMessages.length > 0);
    expect((await system.callRecord(record.id)).transfer).toMatchObject({ status: 'ended', outcome });
    await system.request('POST', `/calls/${record.id}/hangup`);
    await line.settled();
    expect(await over(record.id)).toMatchObject({ endReason: 'hung-up-by-api' });
    expect(line.streams).toHaveLength(2);
    // Nobody was greeted twice.
    expect(line.streams[1]?.received).toEqual([]);
    expect(line.warnings).toEqual([]);
  });

  it('tries another person after one who did not answer', async () => {
    const { record, line } = await talking('+14155550124');
    await transfer(record.id, { to: PERSON });
    await system.elevenlabs.nextConversation();
    await eventually(
      () => transfer(record.id, { to: '+14155550198' }),
      ({ status }) => status === 202,
    );
    await line.settled();
    expect(line.dials.map(({ status }) => status)).toEqual(['no-answer', 'completed']);
    expect(await over(record.id)).toMatchObject({ endReason: 'transferred' });
  });

  it('refuses a second one while the first is under way, and hangs up both on request', async () => {
    const { record, line } = await talking('+14155550126');
    await transfer(record.id, { to: PERSON });
    await line.observed('bridged');
    expect(await transfer(record.id, { to: PERSON })).toMatchObject({
      status: 409,
      body: { code: 'call-with-person' },
    });
    await system.request('POST', `/calls/${record.id}/hangup`);
    await line.settled();
    expect(await over(record.id)).toMatchObject({ endReason: 'hung-up-by-api' });
    expect(await transfer(record.id, { to: PERSON })).toMatchObject({
      status: 409,
      body: { code: 'call-ended' },
    });
  });

  it.each([
    ['a premium-rate number', '+19005550123', 403, 'destination-refused'],
    ['no number', '12', 400, 'bad-input'],
    ['the number of the caller', '+14155550121', 400, 'bad-input'],
  ])('refuses %s and leaves the caller with the agent', async (_what, to, status, code) => {
    const { record, line } = await talking('+14155550121');
    expect(await transfer(record.id, { to })).toMatchObject({ status, body: { code } });
    expect((await system.callRecord(record.id)).transfer).toBeNull();
    expect(line.dials).toEqual([]);
    await system.request('POST', `/calls/${record.id}/hangup`);
    await line.settled();
  });
});
