/** HTTP for tools, over real sockets: what leads into this network is refused, whichever way it leads there. */
import type { LookupAddress } from 'node:dns';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { publicOnly, PRIVATE_ADDRESS } from '../../src/outward/guarded-lookup.js';
import {
  RefusedAddressError,
  ToolHttp,
  type ToolRequest,
  type ToolResponse,
} from '../../src/outward/tool-http.js';

/** A server of this machine that writes down what it was asked. */
class Origin {
  /** How many were made. */
  connections = 0;
  readonly received: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
  answer: (response: ServerResponse) => void = (response) => response.end();
  private readonly server = createServer((request, response) => {
    request.resume();
    this.received.push({ path: request.url ?? '', headers: request.headers });
    this.answer(response);
  });

  static async open(): Promise<Origin> {
    const origin = new Origin();
    origin.server.on('connection', () => (origin.connections += 1));
    await new Promise<void>((resolve) => origin.server.listen(0, '127.0.0.1', resolve));
    return origin;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('a tool that asks over HTTP', () => {
  let http: ToolHttp;
  let near: Origin;
  let other: Origin;
  const ask = (address: string, asked: Partial<ToolRequest> = {}): Promise<ToolResponse> =>
    http.request(address, { signal: AbortSignal.timeout(5000), ...asked });
  const refusalOf = async (act: Promise<unknown>): Promise<string> =>
    act.then(
      () => 'asked',
      (error: unknown) =>
        error instanceof RefusedAddressError ? error.name : String(Reflect.get(error as object, 'code')),
    );

  beforeEach(async () => {
    http = new ToolHttp();
    near = await Origin.open();
    other = await Origin.open();
  });
  afterEach(async () => {
    await http.onApplicationShutdown();
    await near.close();
    await other.close();
  });
  const answers = (
    ...replies: ((response: ServerResponse) => void)[]
  ): ((response: ServerResponse) => void) => {
    let count = 0;
    return (response) => {
      const reply = replies[Math.min(count, replies.length - 1)];
      count += 1;
      reply?.(response);
    };
  };

  it('reaches an origin that the operator has named, wherever it is', async () => {
    near.answer = (response) => response.writeHead(200, { 'x-of': 'near' }).end('seven');
    const answer = await ask(`${near.url}/stock?item=card`, { trusts: [`${near.url}/elsewhere`] });
    expect(answer).toMatchObject({ status: 200, text: 'seven', headers: { 'x-of': 'near' } });
    expect(near.received[0]?.path).toBe('/stock?item=card');
  });

  it.each([
    ['127.0.0.1', 'RefusedAddressError'],
    ['127.1', 'RefusedAddressError'],
    ['2130706433', 'RefusedAddressError'],
    ['0x7f000001', 'RefusedAddressError'],
    ['[::1]', 'RefusedAddressError'],
    ['[::ffff:127.0.0.1]', 'RefusedAddressError'],
    ['[::ffff:7f00:1]', 'RefusedAddressError'],
    ['[64:ff9b::7f00:1]', 'RefusedAddressError'],
    ['169.254.169.254', 'RefusedAddressError'],
    ['localhost', PRIVATE_ADDRESS],
  ])('does not reach into this network by %s', async (host, refusal) => {
    expect(await refusalOf(ask(`http://${host}:${near.port}/`))).toBe(refusal);
    expect(near.received).toEqual([]);
  });

  it.each(['file:///etc/passwd', 'ftp://example.com/', 'data:text/plain,x'])(
    'does not ask %s',
    async (address) => {
      expect(await refusalOf(ask(address))).toBe('RefusedAddressError');
    },
  );

  it.each([301, 302, 303, 307, 308])(
    'does not follow %d from an origin that is trusted to one that is not',
    async (status) => {
      near.answer = (response) => response.writeHead(status, { location: other.url }).end();
      expect(await refusalOf(ask(near.url, { trusts: [near.url] }))).toBe('RefusedAddressError');
      expect(other.received).toEqual([]);
    },
  );

  it('follows among trusted origins, and takes no secrets along', async () => {
    near.answer = (response) => response.writeHead(302, { location: `${other.url}/there` }).end();
    other.answer = (response) => response.end('found');
    const headers = {
      Authorization: 'Bearer x',
      'X-Api-Key': 'x',
      cookie: 'x',
      'X-Shop-Auth': 'x',
      'X-Session': 'x',
      accept: 'text/plain',
    };
    const answer = await ask(near.url, { headers, trusts: [near.url, other.url] });
    expect(answer.text).toBe('found');
    expect(near.received[0]?.headers).toMatchObject({ authorization: 'Bearer x', 'x-api-key': 'x' });
    const there = other.received[0]?.headers ?? {};
    expect(there['accept']).toBe('text/plain');
    expect(Object.keys(there).filter((name) => /auth|key|cookie|session/.test(name))).toEqual([]);
  });

  it('is not sent in circles, and repeats no change at another address', async () => {
    near.answer = (response) => response.writeHead(302, { location: near.url }).end();
    expect(await refusalOf(ask(near.url, { trusts: [near.url] }))).toBe('RefusedAddressError');
    expect(near.received).toHaveLength(4);
    const posted = await ask(near.url, { method: 'POST', body: 'x', trusts: [near.url] });
    expect(posted.status).toBe(302);
    expect(near.received).toHaveLength(5);
  });

  it('asks again where the other side stumbles', async () => {
    near.answer = answers(
      (response) => response.writeHead(503).end(),
      (response) => response.end('well'),
    );
    expect(await ask(near.url, { trusts: [near.url] })).toMatchObject({ status: 200, text: 'well' });
    expect(near.received).toHaveLength(2);
  });

  it('is told the last answer of one that goes on stumbling', async () => {
    near.answer = (response) => response.writeHead(503).end('not today');
    expect(await ask(near.url, { trusts: [near.url] })).toMatchObject({ status: 503, text: 'not today' });
    expect(near.received).toHaveLength(3);
    expect(near.connections).toBe(1);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)(
    'asks once for what changes something: %s',
    async (method) => {
      near.answer = (response) => response.writeHead(503).end();
      expect(await ask(near.url, { method, body: 'x', trusts: [near.url] })).toMatchObject({ status: 503 });
      expect(near.received).toHaveLength(1);
    },
  );

  it('reads no more than an agent could be told, and waits no longer than the tool may', async () => {
    near.answer = (response) => response.end(Buffer.alloc(2_000_000, 'x'));
    expect(await refusalOf(ask(near.url, { trusts: [near.url] }))).toBe('UND_ERR_RES_EXCEEDED_MAX_SIZE');
    near.answer = () => undefined;
    const signal = AbortSignal.timeout(50);
    await expect(ask(near.url, { signal, trusts: [near.url] })).rejects.toThrow(/aborted|timeout/i);
  });
});

describe('a name that is looked up for a connection', () => {
  const resolving = (...answers: LookupAddress[][]): ReturnType<typeof publicOnly> =>
    publicOnly((_name, _options, callback) => callback(null, answers.shift() ?? []));
  const look = (lookup: ReturnType<typeof publicOnly>): Promise<string> =>
    new Promise((resolve) => {
      lookup('rebound.example', {}, (error, address) =>
        resolve(error ? String(error.code) : JSON.stringify(address)),
      );
    });
  const PUBLIC = { address: '93.184.215.14', family: 4 };

  it('is refused when it answers differently the second time', async () => {
    const lookup = resolving([PUBLIC], [{ address: '127.0.0.1', family: 4 }]);
    expect([await look(lookup), await look(lookup)]).toEqual([`"${PUBLIC.address}"`, PRIVATE_ADDRESS]);
  });

  it.each([
    ['10.0.0.1', 4],
    ['::1', 6],
    ['::ffff:10.0.0.1', 6],
    ['fe80::1', 6],
  ])('is refused when one of its addresses is %s', async (address, family) => {
    expect(await look(resolving([PUBLIC, { address, family }]))).toBe(PRIVATE_ADDRESS);
  });

  it('is refused when it has no address', async () => {
    expect(await look(resolving([]))).toBe(PRIVATE_ADDRESS);
  });
});
