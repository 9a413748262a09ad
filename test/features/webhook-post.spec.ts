/** One signed request to somebody's address, over real sockets. */
import type { ShownEvent } from '../../src/core/call/event-view.js';
import type { Clock } from '../../src/core/clock.js';
import { SystemClock } from '../../src/ops/system-clock.js';
import { REQUEST_TIMEOUT_MS, WebhookPost } from '../../src/webhooks/webhook-post.js';
import { environmentWith, T0 } from '../support/builders.js';
import { freePort } from '../support/whole-system.js';
import { ManualClock } from '../support/manual-clock.js';
import { Receiver, verify } from '../support/receiver.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const EVENT: ShownEvent = {
  callId: 'call_00000000000000000000000000000001',
  seq: 12,
  type: 'turn.caller',
  at: T0,
  details: { text: 'Grüße', eventId: 4 },
};
const NEVER = new AbortController().signal;

describe('a webhook', () => {
  let receiver: Receiver;
  const posts: WebhookPost[] = [];

  const postWith = (
    variables: Readonly<Record<string, string>> = {},
    clock: Clock = new SystemClock(),
  ): WebhookPost => {
    const post = new WebhookPost(environmentWith({ WEBHOOK_SECRET: SECRET, ...variables }), clock);
    posts.push(post);
    return post;
  };
  const allowed = (clock?: Clock): WebhookPost => postWith({ WEBHOOK_ALLOW_PRIVATE: 'true' }, clock);

  beforeEach(async () => {
    receiver = await Receiver.open();
  });
  afterEach(async () => {
    for (const post of posts.splice(0)) post.onApplicationShutdown();
    await receiver.close();
  });

  it('has the event as it is shown elsewhere, and a signature that the library of the standard accepts', async () => {
    const outcome = await allowed().send(`${receiver.url}/hooks?tenant=1`, EVENT, NEVER);
    expect(outcome).toEqual({ status: 204, error: null });
    const [received] = receiver.received;
    expect(received).toMatchObject({
      path: '/hooks?tenant=1',
      headers: { 'content-type': 'application/json' },
    });
    expect(JSON.parse(received?.body ?? '')).toEqual({
      id: 'evt_00000000000000000000000000000001_12',
      seq: 12,
      callId: EVENT.callId,
      type: 'turn.caller',
      at: new Date(T0).toISOString(),
      details: { text: 'Grüße', eventId: 4 },
    });
    if (!received) throw new Error('nothing came');
    expect(() => verify(SECRET, received)).not.toThrow();
    expect(() => verify(SECRET, { ...received, body: received.body.replace('Gr', 'gr') })).toThrow();
    expect(received.headers['webhook-id']).toBe('evt_00000000000000000000000000000001_12');
  });

  it.each([200, 302, 307, 410, 429, 503])('tells the status %d, and follows nothing', async (status) => {
    const elsewhere = await Receiver.open();
    receiver.answer = (response) =>
      response
        .writeHead(status, { location: elsewhere.url, 'retry-after': '7' })
        .end('a body that nobody reads');
    const outcome = await allowed().send(receiver.url, EVENT, NEVER);
    expect(outcome).toEqual({ status, error: null, retryAfterSeconds: 7 });
    expect(elsewhere.received).toEqual([]);
    await elsewhere.close();
  });

  it('reads no more of an answer than it has to', async () => {
    let isCut: Promise<void> = Promise.resolve();
    receiver.answer = (response) => {
      isCut = new Promise((resolve) => response.once('close', resolve));
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    expect(await allowed().send(receiver.url, EVENT, NEVER)).toMatchObject({ status: 200 });
    await isCut;
  });

  it('is refused where a name or an address is not public, and nothing is connected to', async () => {
    for (const url of [
      receiver.url,
      `http://localhost:${receiver.port}`,
      `http://[::ffff:127.0.0.1]:${receiver.port}`,
      `http://2130706433:${receiver.port}`,
    ]) {
      expect([url, await postWith().send(url, EVENT, NEVER)]).toEqual([
        url,
        { status: null, error: 'EPRIVATE' },
      ]);
    }
    expect(receiver.received).toEqual([]);
  });

  it('tells why no answer came, without the address', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    expect(await allowed().send(nobody, EVENT, NEVER)).toEqual({ status: null, error: 'ECONNREFUSED' });
    receiver.answer = (response) => response.destroy();
    expect(await allowed().send(receiver.url, EVENT, NEVER)).toEqual({ status: null, error: 'ECONNRESET' });
  });

  it('waits for an answer for so long, and also for its end', async () => {
    for (const begins of [false, true]) {
      const clock = new ManualClock();
      const came = new Promise<void>((resolve) => {
        receiver.answer = (response) => {
          if (begins) response.writeHead(200).write('and then nothing');
          resolve();
        };
      });
      const sent = allowed(clock).send(receiver.url, EVENT, NEVER);
      await came;
      clock.advance(REQUEST_TIMEOUT_MS);
      expect(await sent).toEqual({ status: null, error: 'ETIMEDOUT' });
    }
  });

  it('can be cut off, and says so by rejecting', async () => {
    const stop = new AbortController();
    receiver.answer = () => stop.abort();
    await expect(allowed().send(receiver.url, EVENT, stop.signal)).rejects.toThrow();
  });
});
