/** Signed URLs: fetched once for a call, again where that can help, and never kept too long. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignedUrls } from '../../src/agent/signed-urls.js';
import { NoSiblings, type Tip } from '../../src/ops/siblings.js';
import { environmentWith } from '../support/builders.js';
import { InstantClock } from '../support/instant-clock.js';
import { ManualClock } from '../support/manual-clock.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

function json(status: number, body: unknown): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}
const broken: Answer = (request) => void request.socket.destroy();

describe('signed URLs', () => {
  let server: Server;
  let base: string;
  let requests: IncomingMessage[];
  /** The last answer is given again and again. */
  let answers: Answer[];

  beforeEach(async () => {
    requests = [];
    answers = [json(200, { signed_url: 'wss://agent.test/1' })];
    server = createServer((request, response) => {
      requests.push(request);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function urls(clock = new InstantClock()): SignedUrls {
    return new SignedUrls(environmentWith({ ELEVENLABS_API_URL: base }), clock, new NoSiblings());
  }

  it('are asked for with the key and the agent, as the vendor documents it', async () => {
    await expect(urls().of('call_1', 'agent a&b')).resolves.toBe('wss://agent.test/1');
    expect(requests[0]?.url).toBe('/v1/convai/conversation/get-signed-url?agent_id=agent+a%26b');
    expect(requests[0]?.headers['xi-api-key']).toBe('an-elevenlabs-key-of-the-tests');
  });

  it('are kept for the call that they were prepared for, and for no other', async () => {
    const signed = urls();
    await signed.prepare('call_1', 'agent_1');
    await signed.of('call_1', 'agent_1');
    expect(requests).toHaveLength(1);
    await signed.of('call_2', 'agent_1');
    expect(requests).toHaveLength(2);
    signed.forget('call_1');
    await signed.of('call_1', 'agent_1');
    expect(requests).toHaveLength(3);
  });

  it('are lent to the siblings of this process, as long as they are of use', async () => {
    const clock = new ManualClock();
    const ofHere = new Map<string, (tip: Tip) => void>();
    const neighbours = Object.assign(new NoSiblings(), {
      tell: (topic: string, tip: Tip): void => ofHere.get(topic)?.(tip),
    });
    const own = Object.assign(new NoSiblings(), {
      onTip: (topic: string, listener: (tip: Tip) => void): void => void ofHere.set(topic, listener),
    });
    const environment = environmentWith({ ELEVENLABS_API_URL: base });
    const there = new SignedUrls(environment, clock, neighbours);
    const here = new SignedUrls(environment, clock, own);
    await there.prepare('call_1', 'agent_1');
    expect(await here.of('call_1', 'agent_1')).toBe(await there.of('call_1', 'agent_1'));
    expect(requests).toHaveLength(1);
    there.forget('call_1');
    await here.of('call_1', 'agent_1');
    expect(requests).toHaveLength(2);
    await there.prepare('call_2', 'agent_1');
    clock.advance(13 * 60_000);
    await here.of('call_2', 'agent_1');
    expect(requests).toHaveLength(4);
  });

  it('are fetched anew when they are no longer fresh', async () => {
    const clock = new ManualClock();
    const signed = new SignedUrls(environmentWith({ ELEVENLABS_API_URL: base }), clock, new NoSiblings());
    await signed.prepare('call_1', 'agent_1');
    clock.advance(13 * 60_000 - 1);
    await signed.of('call_1', 'agent_1');
    expect(requests).toHaveLength(1);
    clock.advance(1);
    await signed.of('call_1', 'agent_1');
    expect(requests).toHaveLength(2);
  });

  it.each([
    ['a fault of the vendor', json(503, {})],
    ['a broken connection', broken],
    ['too many requests', json(429, { detail: { status: 'too_many_concurrent_requests' } })],
    ['an answer without a URL', json(200, {})],
    [
      'an answer that is no JSON',
      (_request: IncomingMessage, response: ServerResponse) => void response.end('<html>'),
    ],
  ])('are asked for again after %s, with a pause that grows', async (_name, fault) => {
    const clock = new InstantClock();
    answers = [fault, fault, json(200, { signed_url: 'wss://agent.test/2' })];
    await expect(urls(clock).of('call_1', 'agent_1')).resolves.toBe('wss://agent.test/2');
    expect(requests).toHaveLength(3);
    expect(clock.waits).toHaveLength(2);
    expect(clock.waits[0]).toBeLessThanOrEqual(400);
    expect(clock.waits[1]).toBeLessThanOrEqual(800);
  });

  it('are given up after three tries, by a name of the catalogue', async () => {
    answers = [json(500, {})];
    await expect(urls().of('call_1', 'agent_1')).rejects.toMatchObject({ code: 'agent-unreachable' });
    expect(requests).toHaveLength(3);
  });

  it.each([
    ['agent-unauthorized', 401, { detail: { status: 'invalid_api_key' } }],
    ['agent-not-found', 404, { detail: { status: 'agent_not_found' } }],
    ['agent-not-found', 422, { detail: [{ loc: ['query', 'agent_id'] }] }],
    ['agent-quota', 401, { detail: { status: 'quota_exceeded' } }],
  ])('are not asked for again after %s (%i), and preparing tells it', async (code, status, body) => {
    answers = [json(status, body)];
    const signed = urls();
    await expect(signed.prepare('call_1', 'agent_1')).rejects.toMatchObject({ code });
    expect(requests).toHaveLength(1);
  });

  it('leave passing faults of preparing to the opening, which asks anew', async () => {
    answers = [json(503, {}), json(503, {}), json(503, {}), json(200, { signed_url: 'wss://agent.test/3' })];
    const signed = urls();
    await expect(signed.prepare('call_1', 'agent_1')).resolves.toBeUndefined();
    await expect(signed.of('call_1', 'agent_1')).resolves.toBe('wss://agent.test/3');
  });

  it('name neither the key nor the address in what they throw', async () => {
    answers = [
      json(401, { detail: { status: 'invalid_api_key', message: 'an-elevenlabs-key-of-the-tests' } }),
    ];
    const error: unknown = await urls()
      .of('call_1', 'agent_1')
      .catch((thrown: unknown) => thrown);
    expect(String(error)).not.toMatch(/an-elevenlabs-key|127\.0\.0\.1/);
  });
});
