import { createHmac } from 'node:crypto';
import { WebSocket } from 'ws';
import { API_KEY, WholeSystem, type Answered } from '../support/whole-system.js';

interface ProblemJson {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

describe('the doors', () => {
  let system: WholeSystem;
  beforeAll(async () => {
    system = await WholeSystem.start({
      agent: { firstMessage: 'Hello', steps: [] },
      variables: { ALLOWED_DESTINATIONS: 'US,+4420' },
    });
  });
  afterAll(() => system.stop());

  const sign = (url: string, params: Record<string, string> = {}): string => {
    const text = Object.keys(params)
      .toSorted()
      .reduce((all, name) => `${all}${name}${params[name]}`, url);
    return createHmac('sha1', system.twilio.authToken).update(text).digest('base64');
  };

  async function post(path: string, init: RequestInit): Promise<Answered<ProblemJson>> {
    const response = await fetch(`${system.url}${path}`, { method: 'POST', ...init });
    const body = (await response.json().catch(() => ({}))) as ProblemJson;
    return { status: response.status, headers: response.headers, body };
  }

  it.each([
    ['no key', {}],
    ['a wrong key', { authorization: 'Bearer not-the-key-of-the-tests-000' }],
    ['a key in another scheme', { authorization: `Basic ${API_KEY}` }],
  ])('turn away a request with %s', async (_what, headers: Record<string, string>) => {
    const answer = await post('/calls', {
      headers: { 'content-type': 'application/json', ...headers },
      body: '{}',
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toMatch('application/problem+json');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.body.code).toBe('unauthorized');
  });

  it.each<[string, unknown, string, RegExp]>([
    ['no number', {}, 'to', /E\.164/],
    ['a malformed number', { to: '0123' }, 'to', /E\.164/],
    ['an unknown field', { to: '+14155550123', too: 1 }, 'too', /remove it/],
    [
      'a nested unknown field',
      { to: '+14155550123', overrides: { tone: 'x' } },
      'overrides.tone',
      /remove it/,
    ],
    ['a list as a variable', { to: '+14155550123', variables: { a: [1] } }, 'variables', /"a" must be/],
    ['a reserved variable', { to: '+14155550123', variables: { system__x: '1' } }, 'variables', /system__/],
    [
      'a character that no TwiML can carry',
      { to: '+14155550123', variables: { a: 'x\u0000' } },
      'variables',
      /control/,
    ],
    ['half a character', { to: '+14155550123', variables: { a: '\ud800' } }, 'variables', /control/],
    ['variables that are no object', { to: '+14155550123', variables: 'x' }, 'variables', /object/],
    ['an empty override', { to: '+14155550123', overrides: { prompt: '' } }, 'overrides.prompt', /longer/],
    [
      'a ring time beyond the limit',
      { to: '+14155550123', ringTimeoutSeconds: 601 },
      'ringTimeoutSeconds',
      /600/,
    ],
    ['a recording that is asked for in words', { to: '+14155550123', record: 'yes' }, 'record', /boolean/],
    ['a webhook to no address', { to: '+14155550123', webhookUrl: 'nowhere' }, 'webhookUrl', /http/],
  ])('name the field and the mend of %s', async (_what, body, field, message) => {
    const answer = await system.request<ProblemJson>('POST', '/calls', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-input', status: 400 } });
    expect(answer.body.errors?.map((fault) => fault.field)).toContain(field);
    expect(answer.body.errors?.find((fault) => fault.field === field)?.message).toMatch(message);
  });

  it('name the fields of a body that is a list', async () => {
    const answer = await system.request<ProblemJson>('POST', '/calls', [{}]);
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-input' } });
    expect(answer.body.errors?.every(({ field }) => typeof field === 'string')).toBe(true);
  });

  it('name a body that is no JSON, and one that is too large', async () => {
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
    expect(await post('/calls', { headers, body: '{"to":' })).toMatchObject({
      status: 400,
      body: { code: 'malformed-body' },
    });
    const large = JSON.stringify({ to: '+14155550123', metadata: { a: 'x'.repeat(300_000) } });
    expect(await post('/calls', { headers, body: large })).toMatchObject({
      status: 413,
      body: { code: 'body-too-large' },
    });
  });

  it('read little of a body that comes without a key', async () => {
    const body = JSON.stringify({ to: '+14155550123', metadata: { a: 'x'.repeat(66_000) } });
    const headers = { 'content-type': 'application/json' };
    expect((await post('/calls', { headers, body })).status).toBe(413);
    const keyed = { ...headers, authorization: `Bearer ${API_KEY}` };
    expect((await post('/calls', { headers: keyed, body })).status).toBe(400);
  });

  it.each([
    ['a premium-rate number', '+19005550123', /Premium/],
    ['a satellite number', '+88212345678', /Satellite/],
    ['a country that is not allowed', '+4930123456', /ALLOWED_DESTINATIONS/],
  ])('do not dial %s', async (_what, to, detail) => {
    const answer = await system.request<ProblemJson>('POST', '/calls', { to });
    expect(answer).toMatchObject({ status: 403, body: { code: 'destination-refused' } });
    expect(answer.body.detail).toMatch(detail);
  });

  it('know no other call and no other address', async () => {
    expect(await system.request('GET', '/calls/call_nobody')).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    });
    expect(await system.request('POST', '/calls/call_nobody/hangup')).toMatchObject({ status: 404 });
    expect(await system.request('GET', '/nowhere')).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    });
    expect(await system.request('GET', '/calls?cursor=call_nobody')).toMatchObject({ status: 400 });
  });

  it.each(['/twiml', '/twiml/next', '/twilio/status', '/twilio/stream'])(
    'refuse %s without the signature of Twilio',
    async (path) => {
      const params = { CallSid: `CA${'1'.repeat(32)}`, StreamEvent: 'x' };
      const form = {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(params),
      };
      expect(await post(path, form)).toMatchObject({ status: 403, body: { code: 'bad-signature' } });
      const wrong = {
        ...form,
        headers: { ...form.headers, 'x-twilio-signature': sign(`${system.url}/other`, params) },
      };
      expect(await post(path, wrong)).toMatchObject({ status: 403 });
    },
  );

  async function upgrade(path: string, signature?: string): Promise<number> {
    const url = `${system.url.replace('http', 'ws')}${path}`;
    const socket = new WebSocket(url, {
      headers: signature === undefined ? {} : { 'x-twilio-signature': signature },
    });
    return new Promise((resolve) => {
      socket.on('unexpected-response', (request, response) => {
        resolve(response.statusCode ?? 0);
        request.destroy();
      });
      socket.on('open', () => {
        resolve(101);
        socket.terminate();
      });
      socket.on('error', () => undefined);
    });
  }

  it('answer with headers that let no other site use the pages', async () => {
    for (const page of ['/docs', '/calls']) {
      const { headers } = await fetch(`${system.url}${page}`);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('content-security-policy')).toMatch(/default-src 'self'.*frame-ancestors 'self'/);
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  it('have let none of this through to a vendor', () => {
    expect(system.twilio.calls).toHaveLength(0);
    expect(system.elevenlabs.conversations).toHaveLength(0);
  });

  it('open no media socket without a token, and one with a token once', async () => {
    const base = system.url.replace('http', 'ws');
    expect(await upgrade('/elsewhere')).toBe(404);
    expect(await upgrade(`/stream/${'x'.repeat(43)}`)).toBe(401);
    expect(await upgrade('/stream', sign(`${base}/stream`))).toBe(401);
    expect(await upgrade('/stream/guessed', sign(`${base}/stream/guessed`))).toBe(401);

    const params = {
      CallSid: `CA${'2'.repeat(32)}`,
      From: '+14155550100',
      To: '+14155550123',
      Direction: 'outbound-api',
    };
    const voice = await fetch(`${system.url}/twiml`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': sign(`${system.url}/twiml`, params),
      },
      body: new URLSearchParams(params),
    });
    expect(voice.status).toBe(200);
    const path = /\/stream\/[\w-]+/.exec(await voice.text())?.[0] ?? '';
    expect(await upgrade(path)).toBe(403);
    expect(await upgrade(path, sign(`${base}/other`))).toBe(403);
    expect(await upgrade(path, sign(`${base}${path}`))).toBe(101);
    expect(await upgrade(path, sign(`${base}${path}`))).toBe(401);
  });
});
