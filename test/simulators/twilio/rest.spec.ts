/** The REST API, driven by the vendor's own SDK. */
import { rigForEach, script, CALLEE, CALLER } from './rig.js';

const rig = rigForEach({
  script: { answer: { kind: 'answers', afterMs: 0 }, steps: [] },
  apiKey: 'SK00000000000000000000000000000001',
  apiSecret: 'a-secret',
  priceAfterMs: 0,
});
const HOLD = '<Response><Pause length="30"/></Response>';

function asHeader(pair: string): string {
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function refused(code: number, status = 400): object {
  return expect.objectContaining({ code, status }) as object;
}

async function rawPost(
  path: string,
  body: string,
  authorization?: string,
): Promise<[number, Record<string, unknown>]> {
  const { simulator } = rig();
  const answer = await fetch(simulator.url + path, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(authorization === undefined ? {} : { authorization }),
    },
  });
  return [answer.status, (await answer.json()) as Record<string, unknown>];
}

describe('creating a call', () => {
  it('answers with a queued call and rings afterwards', async () => {
    const { client, simulator } = rig();
    const created = await client.calls.create({ to: CALLEE, from: CALLER, twiml: HOLD });
    expect(created).toMatchObject({
      status: 'queued',
      direction: 'outbound-api',
      to: CALLEE,
      fromFormatted: '(415) 555-0100',
      accountSid: simulator.accountSid,
      price: null,
      priceUnit: 'USD',
      duration: null,
      answeredBy: null,
    });
    expect(created.dateCreated.getTime()).toBeGreaterThan(Date.now() - 5000);
    const call = simulator.find(created.sid);
    await call?.until('in-progress');
    expect(call?.statuses).toEqual(['queued', 'initiated', 'ringing', 'in-progress']);
    await expect(client.calls(created.sid).fetch()).resolves.toMatchObject({ status: 'in-progress' });
  });

  it.each([
    ['no To', { to: '' }, 21_201],
    ['no From', { from: '' }, 21_213],
    ['a To that is no number', { to: 'abc' }, 21_211],
    ['a To that equals From', { to: CALLER }, 21_211],
    ['a From that is no number', { from: '0123' }, 21_212],
    ['neither Url nor Twiml', { twiml: '' }, 21_205],
    ['a relative Url', { url: '/voice' }, 21_205],
    ['a status callback with an underscore in its host', { statusCallback: 'https://a_b.test/' }, 21_205],
    ['an odd method', { url: 'https://a.test/', method: 'PUT' }, 21_209],
    ['keys that do not exist', { sendDigits: '1x' }, 21_206],
    ['a timeout that is too long', { timeout: 601 }, 21_208],
    ['an unknown application', { applicationSid: 'AP00000000000000000000000000000001' }, 21_218],
    ['an unknown detection', { machineDetection: 'Maybe' }, 21_234],
    ['a document that is too long', { twiml: `<Response>${' '.repeat(4000)}</Response>` }, 20_001],
    ['an unreachable number', { to: '+15005550002' }, 21_214],
    ['a number in a country without permission', { to: '+15005550003' }, 21_215],
    ['a blocked number', { to: '+15005550004' }, 21_216],
  ])('refuses %s', async (_, change, code) => {
    const { client, simulator } = rig();
    const attempt = client.calls.create({ to: CALLEE, from: CALLER, twiml: HOLD, ...change });
    await expect(attempt).rejects.toEqual(refused(code));
    expect(simulator.calls).toHaveLength(0);
  });

  it('refuses wrong credentials and another account', async () => {
    const { simulator } = rig();
    const path = `/2010-04-01/Accounts/${simulator.accountSid}/Calls.json`;
    const good = `${simulator.accountSid}:${simulator.authToken}`;
    for (const header of [
      undefined,
      asHeader(`${simulator.accountSid}:wrong`),
      'Basic ???',
      `Bearer ${good}`,
    ]) {
      const [status, body] = await rawPost(path, 'To=1', header);
      expect([status, body['code']]).toEqual([401, 20_003]);
    }
    const other = `/2010-04-01/Accounts/AC${'0'.repeat(32)}/Calls.json`;
    expect((await rawPost(other, 'To=1', asHeader(good)))[0]).toBe(401);
    expect((await rawPost(path, 'To=1', asHeader(good)))[1]).toEqual({
      code: 21_213,
      message: 'From is missing',
      more_info: 'https://www.twilio.com/docs/errors/21213',
      status: 400,
    });
  });

  it('lets an API key in', async () => {
    const { simulator } = rig();
    const { default: twilio } = await import('twilio');
    const client = twilio('SK00000000000000000000000000000001', 'a-secret', {
      accountSid: simulator.accountSid,
    });
    client.api.baseUrl = simulator.url;
    await expect(client.calls.create({ to: CALLEE, from: CALLER, twiml: HOLD })).resolves.toMatchObject({
      accountSid: simulator.accountSid,
    });
  });
});

describe('a call that is changed', () => {
  it('is hung up by completed, and then has a duration and a price', async () => {
    const { client, simulator } = rig();
    const { sid } = await client.calls.create({ to: CALLEE, from: CALLER, twiml: HOLD });
    const call = await simulator.find(sid)?.until('in-progress');
    await expect(client.calls(sid).update({ status: 'completed' })).resolves.toMatchObject({
      status: 'completed',
    });
    expect(call?.endedBecause).toBe('completed-by-rest');
    const after = await client.calls(sid).fetch();
    expect(after).toMatchObject({ duration: '1', price: '-0.0140' });
    await expect(client.calls(sid).update({ status: 'completed' })).rejects.toEqual(refused(21_220));
  });

  it('is given another document, or refused one when it is not in progress', async () => {
    const { client, simulator, service } = rig();
    const { sid } = await client.calls.create({ to: CALLEE, from: CALLER, twiml: HOLD });
    const call = await simulator.find(sid)?.until('in-progress');
    service.replies.set('/next', () => '<Response><Say>second</Say><Hangup/></Response>');
    await client.calls(sid).update({ url: `${service.url}/next` });
    await call?.until('completed');
    expect([call?.says, call?.endedBecause]).toEqual([['second'], 'hangup-verb']);
    await expect(client.calls(sid).update({ twiml: HOLD })).rejects.toEqual(refused(21_220));
  });

  it('keeps its document while it rings', async () => {
    const { simulator, service, client } = rig();
    service.replies.set('/voice', () => ({ never: true }));
    const parties = { from: CALLER, to: CALLEE, script: script() };
    const call = simulator.placeInbound({ voiceUrl: `${service.url}/voice`, ...parties });
    await service.request('/voice');
    await expect(client.calls(call.sid).update({ twiml: HOLD })).rejects.toEqual(refused(21_220));
    expect(call.status).toBe('ringing');
  });

  it('cannot be changed in two ways at once', async () => {
    const { client, simulator } = rig();
    const { sid } = await client.calls.create({ to: CALLEE, from: CALLER, twiml: HOLD });
    await simulator.find(sid)?.until('in-progress');
    const both = client.calls(sid).update({ twiml: HOLD, url: 'https://a.test/' });
    await expect(both).rejects.toEqual(refused(20_001));
  });

  it('is unknown by another name, stays while it lasts, and can be deleted afterwards', async () => {
    const { client, simulator } = rig();
    const { sid } = await client.calls.create({ to: CALLEE, from: CALLER, twiml: HOLD });
    await expect(client.calls(`CA${'0'.repeat(32)}`).fetch()).rejects.toEqual(refused(20_404, 404));
    await expect(client.calls(sid).remove()).rejects.toEqual(refused(20_409, 409));
    await simulator.find(sid)?.until('in-progress');
    await client.calls(sid).update({ status: 'completed' });
    await expect(client.calls(sid).remove()).resolves.toBe(true);
    await expect(client.calls(sid).fetch()).rejects.toEqual(refused(20_404, 404));
  });
});

describe('the queue', () => {
  const paced = rigForEach({ callsPerSecond: 10, script: script() });

  it('dials at the rate of the account', async () => {
    const { client, simulator } = paced();
    const dial = (): Promise<{ sid: string; queueTime: string }> =>
      client.calls.create({ to: CALLEE, from: CALLER, twiml: HOLD });
    const [first, second, third] = [await dial(), await dial(), await dial()];
    expect(Number(third?.queueTime)).toBeGreaterThan(Number(second?.queueTime));
    const dialled = await Promise.all(
      [first, second, third].map(
        async (one) => (await simulator.find(one?.sid ?? '')?.observed('initiated'))?.atMs ?? 0,
      ),
    );
    expect((dialled[2] ?? 0) - (dialled[0] ?? 0)).toBeGreaterThan(180);
  });
});
