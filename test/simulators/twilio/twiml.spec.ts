/** What documents do to a call. */
import { rigForEach, script, CALLEE, CALLER } from './rig.js';

const rig = rigForEach();

function document(verbs: string): string {
  return `<?xml version="1.0"?><Response>${verbs}</Response>`;
}

describe('a document', () => {
  it('is run verb by verb and hangs up at its end', async () => {
    const call = await rig()
      .incoming(document('<Say>one</Say><Play digits="12#"/><Say>two &amp; three</Say>'))
      .settled();
    expect([call.says, call.plays]).toEqual([['one', 'two & three'], ['12#']]);
    expect([call.status, call.endedBecause]).toEqual(['completed', 'document-ended']);
    expect(call.statuses).toEqual(['queued', 'initiated', 'ringing', 'in-progress', 'completed']);
  });

  it('ends at a hang-up, and what follows is never said', async () => {
    const call = await rig().incoming(document('<Hangup/><Say>never</Say>')).settled();
    expect([call.says, call.endedBecause]).toEqual([[], 'hangup-verb']);
  });

  it.each([
    ['<Reject/>', 'no-answer'],
    ['<Reject reason="busy"/>', 'busy'],
  ])('refuses the call with %s, so that it is never answered', async (verb, status) => {
    const call = await rig().incoming(document(verb)).settled();
    expect([call.status, call.endedBecause, call.answeredAtEpochMs]).toEqual([
      status,
      'reject-verb',
      undefined,
    ]);
    expect(call.statuses).not.toContain('in-progress');
  });

  it('pauses for its length, and a leading pause delays the answer', async () => {
    const call = await rig()
      .incoming(document('<Pause length="0.2"/><Say>up</Say><Pause length="0.1"/>'))
      .settled();
    const at = (what: string): number =>
      call.observations.find((one) => one.what === what)?.atMs ?? Number.NaN;
    expect(at('answered') - at('twiml')).toBeGreaterThanOrEqual(190);
    expect(at('completed') - at('says')).toBeGreaterThanOrEqual(90);
  });

  it('goes over to another one with a redirect, relative to its own address', async () => {
    const { service, incoming } = rig();
    service.replies.set('/other', () => document('<Say>other</Say>'));
    const call = await incoming(
      document('<Redirect method="GET">other?x=1</Redirect><Say>never</Say>'),
    ).settled();
    expect(call.says).toEqual(['other']);
    const request = await service.request('/other');
    expect([request.method, request.isSigned]).toEqual(['GET', true]);
    expect(new URLSearchParams(request.path.split('?')[1]).get('x')).toBe('1');
  });

  it.each([
    ['an unknown verb', '<Say>never</Say><Shout/>', 12_200],
    ['a relative address without anything to be relative to', '<Redirect></Redirect>', 11_100],
  ])('ends the call for %s', async (_, verbs, code) => {
    const { client, simulator } = rig();
    const { sid } = await client.calls.create({ to: CALLEE, from: CALLER, twiml: document(verbs) });
    const call = await simulator.find(sid)?.settled();
    expect([call?.says, call?.endedBecause, call?.warnings[0]?.code]).toEqual([[], 'document-error', code]);
  });

  it('is left by a caller without patience', async () => {
    const call = await rig()
      .incoming(document('<Pause length="0"/><Say>hold on</Say><Pause length="60"/>'), {
        ...script(),
        patienceMs: 50,
      })
      .settled();
    expect([call.says, call.endedBecause]).toEqual([['hold on'], 'caller-hung-up']);
  });

  it('ends at the time limit of the call', async () => {
    const { client, simulator } = rig();
    const twiml = document('<Pause length="60"/>');
    const { sid } = await client.calls.create({ to: CALLEE, from: CALLER, twiml, timeLimit: 1 });
    const call = await simulator.find(sid)?.settled();
    expect([call?.status, call?.endedBecause]).toEqual(['completed', 'time-limit']);
  });
});

describe('a stream in a document', () => {
  it('gives way to the next verb when the service closes it', async () => {
    const { service, incoming } = rig();
    const call = incoming(service.streamDocument('', ['<Say>before</Say>', '<Say>after</Say>']));
    const socket = await service.socket();
    await socket.message('start');
    socket.socket.close(1000);
    await call.settled();
    expect([call.says, call.endedBecause]).toEqual([['before', 'after'], 'document-ended']);
  });

  it('is followed by its action, signed, and not by the next verb', async () => {
    const { service, incoming } = rig();
    service.replies.set('/next', () => document('<Say>next</Say>'));
    const call = incoming(service.streamDocument('action="/next?call=1"', ['', '<Say>never</Say>']));
    const socket = await service.socket();
    await socket.message('start');
    socket.socket.close(1000);
    await call.settled();
    expect(call.says).toEqual(['next']);
    const action = await service.request('/next');
    expect(action).toMatchObject({ method: 'POST', path: '/next?call=1', isSigned: true });
    expect(action.params).toMatchObject({ CallSid: call.sid, CallStatus: 'in-progress' });
  });

  it('may come again: with a new streamSid, numbered from the beginning', async () => {
    const { service, incoming } = rig();
    service.replies.set('/next', () => service.streamDocument());
    const call = incoming(service.streamDocument('action="/next"'));
    const first = await service.socket();
    await first.message('media', 2);
    first.socket.close(1000);
    const second = await service.socket(1);
    const start = await second.message('start');
    expect(start['sequenceNumber']).toBe('1');
    expect(start['streamSid']).not.toBe(await first.streamSid());
    expect(call.streams.map(({ streamSid }) => streamSid)).toEqual([
      await first.streamSid(),
      start['streamSid'],
    ]);
  });

  it('ends with stop and a close when REST replaces the document, and the action is not asked', async () => {
    const { service, incoming, client } = rig();
    const call = incoming(service.streamDocument('action="/next"', ['', '<Say>never</Say>']));
    const socket = await service.socket();
    await socket.message('media', 3);
    await client.calls(call.sid).update({ twiml: document('<Say>replaced</Say>') });
    const stop = await socket.message('stop');
    expect(stop).toMatchObject({ stop: { callSid: call.sid } });
    expect(await socket.closed()).toBe(1000);
    await call.settled();
    expect([call.says, call.endedBecause]).toEqual([['replaced'], 'document-ended']);
    expect(service.received.filter(({ path }) => path === '/next')).toEqual([]);
  });

  it('is reported to its own callback with ISO times', async () => {
    const { service, incoming } = rig();
    const stream = `<Stream url="${service.streamUrl}" name="agent" statusCallback="/stream-status"/>`;
    const call = incoming(document(`<Connect>${stream}</Connect>`));
    const socket = await service.socket();
    await socket.message('start');
    socket.socket.close(1000);
    await call.settled();
    const [started, stopped] = [
      await service.request('/stream-status'),
      await service.request('/stream-status', 1),
    ];
    expect([started.params['StreamEvent'], stopped.params['StreamEvent']]).toEqual([
      'stream-started',
      'stream-stopped',
    ]);
    expect(started).toMatchObject({
      isSigned: true,
      params: { StreamName: 'agent', StreamSid: call.streams[0]?.streamSid },
    });
    expect(started.params['Timestamp']).toMatch(/^\d{4}-\d{2}-\d{2}T.*Z$/);
  });

  it.each([
    ['a refused handshake', 403, undefined, 31_920],
    ['a scheme that is not wss', undefined, 'https://bridge.example.test/stream', 31_922],
    ['plain ws to a public host', undefined, 'ws://bridge.example.test/stream', 31_922],
    ['a malformed address', undefined, '/stream', 31_923],
    ['nobody at the port', undefined, 'ws://127.0.0.1:9/stream', 31_902],
  ])('does not come about for %s, is logged, and the document goes on', async (_, refusal, url, code) => {
    const { service, incoming } = rig();
    service.refuseUpgradesWith = refusal;
    const stream = `<Stream url="${url ?? service.streamUrl}" statusCallback="/stream-status"/>`;
    const call = await incoming(document(`<Connect>${stream}</Connect><Say>sorry</Say>`)).settled();
    expect(call.says).toEqual(['sorry']);
    expect(call.warnings.map((one) => one.code)).toEqual([code]);
    expect((await service.request('/stream-status')).params).toMatchObject({ StreamEvent: 'stream-error' });
  });
});

function dial(attributes = ''): string {
  const events = 'initiated ringing answered completed';
  const number = `<Number url="/whisper" statusCallback="/leg" statusCallbackEvent="${events}">+14155550177</Number>`;
  return document(`<Dial callerId="${CALLEE}" ${attributes}>${number}</Dial><Say>afterwards</Say>`);
}

describe('a dial', () => {
  it('rings, whispers to the callee, talks, and tells its action how it went', async () => {
    const { service, incoming } = rig();
    service.replies.set('/whisper', () => document('<Say>A caller from the assistant.</Say>'));
    service.replies.set('/result', () => document('<Say>done</Say>'));
    const call = await incoming(dial('action="/result" timeout="20"')).settled();
    expect(call.dials).toMatchObject([
      {
        to: '+14155550177',
        callerId: CALLEE,
        timeoutSeconds: 20,
        status: 'completed',
        whispers: ['A caller from the assistant.'],
      },
    ]);
    const result = await service.request('/result');
    expect(result.params).toMatchObject({ DialCallStatus: 'completed', DialCallSid: call.dials[0]?.callSid });
    expect(call.says).toEqual(['done']);
    const legs = service.received.filter(({ path }) => path === '/leg');
    expect(legs.map(({ params }) => params['CallStatus'])).toEqual([
      'initiated',
      'ringing',
      'in-progress',
      'completed',
    ]);
    expect(legs[0]?.params).toMatchObject({
      ParentCallSid: call.sid,
      Direction: 'outbound-dial',
      From: CALLEE,
    });
    expect(service.received.every(({ isSigned }) => isSigned)).toBe(true);
  });

  it('goes on with the next verb without an action, whatever came of it', async () => {
    const call = await rig()
      .incoming(dial(), { ...script(), dial: { outcome: 'busy' } })
      .settled();
    expect([call.dials[0]?.status, call.says]).toEqual(['busy', ['afterwards']]);
  });

  it('gives up after its timeout', async () => {
    const played = { ...script(), dial: { outcome: 'completed', afterMs: 5000 } } as const;
    const call = await rig().incoming(dial('timeout="0.1"'), played).settled();
    expect(call.dials[0]?.status).toBe('no-answer');
  });

  it('is cancelled when the call ends meanwhile', async () => {
    const { service, incoming, client } = rig();
    const call = incoming(dial(), { ...script(), dial: { outcome: 'completed', afterMs: 20_000 } });
    await call.observed('dial');
    await client.calls(call.sid).update({ status: 'completed' });
    await call.settled();
    expect(call.dials[0]?.status).toBe('canceled');
    expect((await service.request('/leg', 2)).params['CallStatus']).toBe('canceled');
  });
});
