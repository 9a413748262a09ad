/** What Twilio tells the service about a call: fields, order, signature, and the faults that a script asks for. */
import { EventEmitter, once } from 'node:events';
import type { CallerScript } from '../../../src/simulators/twilio/caller-script.js';
import type { SimulatedCall } from '../../../src/simulators/twilio/simulated-call.js';
import { TwilioSimulator } from '../../../src/simulators/twilio/twilio-simulator.js';
import { rigForEach, script, CALLEE, CALLER } from './rig.js';
import { StandInService, type Received } from './stand-in-service.js';

const ALL_EVENTS = ['initiated', 'ringing', 'answered', 'completed'];
let played: CallerScript = script();
const rig = rigForEach({ script: () => played });

async function placed(options: object = {}): Promise<SimulatedCall> {
  const { client, simulator, service } = rig();
  const { sid } = await client.calls.create({
    to: CALLEE,
    from: CALLER,
    url: `${service.url}/voice?call=42`,
    statusCallback: `${service.url}/status`,
    statusCallbackEvent: ALL_EVENTS,
    ...options,
  });
  const call = simulator.find(sid);
  if (!call) throw new Error('the call is missing');
  return call;
}

function statuses(): readonly Received[] {
  return rig().service.received.filter((one) => one.path === '/status');
}

beforeEach(() => {
  played = script();
  rig().service.replies.set('/voice', () => '<Response><Hangup/></Response>');
});

describe('the status callbacks of an outbound call', () => {
  it('come in order, numbered, signed, each with its own token', async () => {
    await (await placed()).settled();
    expect(statuses().map(({ params }) => [params['CallStatus'], params['SequenceNumber']])).toEqual([
      ['initiated', '0'],
      ['ringing', '1'],
      ['in-progress', '2'],
      ['completed', '3'],
    ]);
    expect(rig().service.received.every(({ isSigned }) => isSigned)).toBe(true);
    const tokens = statuses().map(({ headers }) => headers['i-twilio-idempotency-token']);
    expect(new Set(tokens).size).toBe(4);
  });

  it('wait for the answer to the one before, while the call itself goes on', async () => {
    const { service } = rig();
    const gate = new EventEmitter();
    const opened = once(gate, 'open');
    service.replies.set('/status', () => ({ status: 204, after: opened }));
    const call = await placed();
    await call.until('completed');
    await service.request('/voice');
    expect([statuses().length, call.isSettled]).toEqual([1, false]);
    gate.emit('open');
    await call.settled();
    expect(statuses()).toHaveLength(4);
  });

  it('carry the fields of every voice webhook, empty ones included', async () => {
    const call = await (await placed()).settled();
    const { simulator } = rig();
    const [first] = statuses();
    const last = statuses().at(-1);
    expect(first?.params).toMatchObject({
      CallSid: call.sid,
      AccountSid: simulator.accountSid,
      From: CALLER,
      To: CALLEE,
      Direction: 'outbound-api',
      ApiVersion: '2010-04-01',
      CallbackSource: 'call-progress-events',
      FromCountry: 'US',
      FromCity: '',
    });
    expect(first?.params['Timestamp']).toMatch(/^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} \+0000$/);
    expect(first?.params).not.toHaveProperty('CallDuration');
    expect(last?.params).toMatchObject({ CallDuration: '1', Duration: '1', SipResponseCode: '200' });
    expect(first?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'user-agent': 'TwilioProxy/1.1',
    });
  });

  it('are only those that were asked for, and completed when none was', async () => {
    await (await placed({ statusCallbackEvent: ['ringing', 'completed'] })).settled();
    expect(statuses().map(({ params }) => params['SequenceNumber'])).toEqual(['0', '1']);
    await (await placed({ statusCallbackEvent: undefined })).settled();
    expect(statuses().map(({ params }) => params['CallStatus'])).toEqual([
      'ringing',
      'completed',
      'completed',
    ]);
  });

  it.each([
    ['busy', 'busy', '486', ['initiated', 'ringing', 'busy']],
    ['no-answer', 'no-answer', '487', ['initiated', 'ringing', 'no-answer']],
    ['failed', 'failed', '404', ['initiated', 'failed']],
  ] as const)(
    'end with the event completed and the status of a call that is %s',
    async (kind, status, sip, all) => {
      played = { answer: { kind }, steps: [] };
      const call = await (await placed()).settled();
      expect(call.status).toBe(status);
      expect(statuses().map(({ params }) => params['CallStatus'])).toEqual(all);
      expect(statuses().at(-1)?.params).toMatchObject({ SipResponseCode: sip });
      expect(statuses().at(-1)?.params).not.toHaveProperty('CallDuration');
      await expect(call.until('in-progress', 100)).rejects.toThrow(
        'the call ended while waiting for the status in-prog',
      );
    },
  );

  it('end with canceled when the call is cancelled while it rings, and with no-answer when it rings too long', async () => {
    played = { answer: { kind: 'answers', afterMs: 60_000 }, steps: [] };
    const call = await placed();
    await call.until('ringing');
    await rig().client.calls(call.sid).update({ status: 'canceled' });
    await call.settled();
    expect([call.status, call.endedBecause]).toEqual(['canceled', 'canceled-by-rest']);
    const other = await (await placed({ timeout: 1 })).settled();
    expect([other.status, other.endedBecause]).toEqual(['no-answer', 'ring-timeout']);
  });
});

describe('a fault of the status callbacks', () => {
  it('doubles an event with the same number and token', async () => {
    played = { ...script(), webhooks: { doubled: ['ringing'] } };
    await (await placed()).settled();
    const ringing = statuses().filter(({ params }) => params['CallStatus'] === 'ringing');
    expect(ringing).toHaveLength(2);
    expect(ringing[0]?.params).toEqual(ringing[1]?.params);
    const [one, two] = ringing.map(({ headers }) => headers['i-twilio-idempotency-token']);
    expect(one).toBe(two);
    expect(statuses()).toHaveLength(5);
  });

  it('drops an event and keeps its number', async () => {
    played = { ...script(), webhooks: { dropped: ['answered'] } };
    await (await placed()).settled();
    expect(statuses().map(({ params }) => params['SequenceNumber'])).toEqual(['0', '1', '3']);
  });

  it('delivers an event late, overtaken by the others', async () => {
    played = { ...script(), webhooks: { lateMs: { initiated: 150 } } };
    await (await placed()).settled();
    expect(statuses().map(({ params }) => params['SequenceNumber'])).toEqual(['1', '2', '3', '0']);
  });
});

describe('the voice request', () => {
  it('comes after the answer, signed over its address with the query', async () => {
    const call = await (await placed()).settled();
    const voice = await rig().service.request('/voice');
    expect(voice).toMatchObject({ method: 'POST', path: '/voice?call=42', isSigned: true });
    expect(voice.params).toMatchObject({ CallSid: call.sid, CallStatus: 'in-progress' });
    expect(call.requests.find(({ kind }) => kind === 'voice')).toMatchObject({ status: 200, attempts: 1 });
  });

  it('has its fields in the query when it is a GET', async () => {
    await (await placed({ method: 'GET' })).settled();
    const voice = await rig().service.request('/voice');
    const query = new URLSearchParams(voice.path.split('?')[1]);
    expect([voice.method, voice.isSigned, query.get('call'), query.get('CallStatus')]).toEqual([
      'GET',
      true,
      '42',
      'in-progress',
    ]);
  });

  it('leaves the fragment with connection overrides out, and obeys it', async () => {
    const { service } = rig();
    let tries = 0;
    service.replies.set('/flaky', () => {
      tries += 1;
      return tries < 3 ? { status: 503 } : '<Response><Say>third time</Say></Response>';
    });
    const call = await (await placed({ url: `${service.url}/flaky#rc=2&rp=5xx` })).settled();
    expect(call.says).toEqual(['third time']);
    const requests = service.received.filter(({ path }) => path.startsWith('/flaky'));
    expect(requests.map(({ path, isSigned }) => `${path} ${isSigned}`)).toEqual(Array(3).fill('/flaky true'));
    const tokens = requests.map(({ headers }) => headers['i-twilio-idempotency-token']);
    expect(new Set(tokens).size).toBe(1);
    expect(call.requests.find(({ kind }) => kind === 'voice')).toMatchObject({ attempts: 3, status: 200 });
  });

  it('is not repeated after an error answer unless that is asked for', async () => {
    const { service } = rig();
    service.replies.set('/broken', () => ({ status: 500 }));
    const call = await (await placed({ url: `${service.url}/broken` })).settled();
    expect(service.received.filter(({ path }) => path === '/broken')).toHaveLength(1);
    expect([call.endedBecause, call.warnings[0]?.code]).toEqual(['document-error', 11_200]);
  });

  it('gives up a service that does not answer in time and asks the fallback, telling why', async () => {
    const { service } = rig();
    service.replies.set('/stuck', () => ({ never: true }));
    service.replies.set('/fallback', () => '<Response><Say>fallback</Say></Response>');
    const url = `${service.url}/stuck#rt=150`;
    const call = await (await placed({ url, fallbackUrl: `${service.url}/fallback` })).settled();
    expect(call.says).toEqual(['fallback']);
    const fallback = await service.request('/fallback');
    expect(fallback.params).toMatchObject({ ErrorCode: '11205', ErrorUrl: url });
  });

  it.each([
    ['an empty document', { body: '' }, 11_770],
    ['a document without a type', { body: '<Response/>', type: '' }, 12_300],
    ['a document of another type', { body: '{}', type: 'application/json' }, 12_300],
    ['a document that is too long', { body: `<Response>${' '.repeat(66_000)}</Response>` }, 11_750],
    ['a document that is not XML', { body: 'nonsense' }, 12_100],
    ['a circle of redirects', { status: 302, location: '/voice' }, 11_215],
  ])('ends the call for %s', async (_, reply, code) => {
    rig().service.replies.set('/voice', () => reply);
    const call = await (await placed()).settled();
    expect([call.status, call.endedBecause, call.warnings[0]?.code]).toEqual([
      'completed',
      'document-error',
      code,
    ]);
  });

  it('ends the call when nobody listens at the address', async () => {
    const gone = await StandInService.start('unused');
    const { url } = gone;
    await gone.stop();
    const call = await (await placed({ url })).settled();
    expect([call.endedBecause, call.warnings[0]?.code]).toEqual(['document-error', 11_205]);
    expect(call.requests.find(({ kind }) => kind === 'voice')?.attempts).toBe(2);
  });
});

describe('answering machine detection', () => {
  const detection = { answeredBy: 'machine_start', afterMs: 30 } as const;

  it('holds the voice request back and tells the verdict in it', async () => {
    played = { ...script(), detection };
    const call = await (await placed({ machineDetection: 'Enable' })).settled();
    const voice = await rig().service.request('/voice');
    expect(voice.params).toMatchObject({ AnsweredBy: 'machine_start', MachineDetectionDuration: '30' });
    await expect(rig().client.calls(call.sid).fetch()).resolves.toMatchObject({
      answeredBy: 'machine_start',
    });
  });

  it('goes on beside the document and tells the verdict to its own callback', async () => {
    played = { ...script(), detection };
    const { service } = rig();
    service.replies.set('/voice', () => '<Response><Pause length="30"/></Response>');
    const asyncAmdStatusCallback = `${service.url}/amd`;
    await placed({ machineDetection: 'DetectMessageEnd', asyncAmd: 'true', asyncAmdStatusCallback });
    const verdict = await service.request('/amd');
    expect([verdict.isSigned, verdict.params['AnsweredBy']]).toEqual([true, 'machine_start']);
    expect((await service.request('/voice')).params).not.toHaveProperty('AnsweredBy');
  });
});

describe('an incoming call', () => {
  it('asks for the document while it rings and reports only its end', async () => {
    const { simulator, service, incoming } = rig();
    const call = await incoming('<Response><Hangup/></Response>').settled();
    const voice = await service.request('/voice');
    expect(voice.params).toMatchObject({ CallStatus: 'ringing', Direction: 'inbound', From: CALLER });
    expect(statuses().map(({ params }) => params['CallStatus'])).toEqual(['completed']);
    expect(simulator.calls).toEqual([call]);
  });

  it('survives a status callback that is no address, and logs it', async () => {
    const { simulator, service } = rig();
    const parties = { from: CALLER, to: CALLEE, script: script() };
    const call = simulator.placeInbound({
      voiceUrl: `${service.url}/voice`,
      statusCallback: 'nowhere',
      ...parties,
    });
    await call.settled();
    expect([call.endedBecause, call.warnings[0]?.code]).toEqual(['hangup-verb', 11_100]);
  });

  it('can be one that somebody else placed with our address', async () => {
    const { simulator, service } = rig();
    const call = simulator.placeInbound({
      voiceUrl: `${service.url}/voice?name=John`,
      from: CALLER,
      to: CALLEE,
      script: script(),
      direction: 'outbound-api',
    });
    await call.settled();
    const voice = await service.request('/voice');
    expect(voice.params).toMatchObject({ CallStatus: 'in-progress', Direction: 'outbound-api' });
  });

  it('reaches a public name through another connection, signed and addressed as that name', async () => {
    const { service } = rig();
    const simulator = await TwilioSimulator.start({ connectTo: { 'bridge.example.test': service.url } });
    service.replies.set(
      '/voice',
      () => '<Response><Connect><Stream url="wss://bridge.example.test/s"/></Connect></Response>',
    );
    const voiceUrl = 'https://bridge.example.test/voice';
    const call = simulator.placeInbound({ voiceUrl, from: CALLER, to: CALLEE, script: script() });
    const voice = await service.request('/voice');
    const { default: twilio } = await import('twilio');
    const isSignedFor = (url: string, signature: unknown, params: Record<string, string>): boolean =>
      twilio.validateRequest(simulator.authToken, String(signature), url, params);
    expect(isSignedFor(voiceUrl, voice.headers['x-twilio-signature'], { ...voice.params })).toBe(true);
    await call.observed('start');
    const [upgrade] = service.upgrades;
    expect(upgrade?.headers.host).toBe('bridge.example.test');
    expect(isSignedFor('wss://bridge.example.test/s', upgrade?.headers['x-twilio-signature'], {})).toBe(true);
    await simulator.stop();
  });
});
