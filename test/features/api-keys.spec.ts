/** The keys of the REST API: several, hashed, named by fingerprints, and each with a limit of its own. */
import 'reflect-metadata';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import { Controller, Get, Module, Post, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CallStore } from '../../src/core/call/call.store.js';
import { Environment } from '../../src/config/environment.js';
import { Caller, Public } from '../../src/ops/api-key.guard.js';
import { ApiKeys, fingerprintOf } from '../../src/ops/api-keys.js';
import { createLogger } from '../../src/ops/logger.js';
import { OpsModule } from '../../src/ops/ops.module.js';
import { requestLog } from '../../src/ops/request-log.js';
import { APP_LOGGER } from '../../src/ops/tokens.js';
import { environmentWith, Lines } from '../support/builders.js';
import { MemoryCallStore } from '../support/memory.call-store.js';

const OLD = 'the-old-key-of-an-application';
const NEW = 'the-new-key-of-an-application';

function requestWith(authorization?: string): IncomingMessage {
  return { headers: { authorization } } as IncomingMessage;
}

describe('an API key', () => {
  const keys = new ApiKeys(environmentWith({ API_KEYS: `${OLD},${NEW}` }));

  it('is one of several, so that one can be replaced without a pause', () => {
    expect(keys.ofRequest(requestWith(`Bearer ${OLD}`))).toBe(fingerprintOf(OLD));
    expect(keys.ofRequest(requestWith(`bearer   ${NEW}`))).toBe(fingerprintOf(NEW));
    expect(fingerprintOf(OLD)).not.toBe(fingerprintOf(NEW));
  });

  it.each([undefined, '', 'Bearer', `Basic ${OLD}`, `Bearer ${OLD}x`, `Bearer ${OLD} x`, OLD])(
    'is not found in %s',
    (authorization) => {
      expect(keys.ofRequest(requestWith(authorization))).toBeUndefined();
    },
  );

  it('is kept as a hash only, and its fingerprint is no part of that', () => {
    const hash = createHash('sha256').update(OLD).digest('hex');
    const kept = inspect(keys, { depth: Infinity });
    expect(kept.replaceAll(' ', '')).toContain(hash);
    expect(kept).not.toContain(OLD);
    expect(hash).not.toContain(fingerprintOf(OLD).slice('key_'.length));
    expect(fingerprintOf(OLD)).toMatch(/^key_[0-9a-f]{12}$/);
  });
});

@Controller()
class EchoController {
  @Get('echo')
  echo(@Caller() caller: string): { caller: string } {
    return { caller };
  }
  @Public()
  @Post('vendor')
  vendor(): string {
    return 'taken';
  }
}

describe('a client with a key', () => {
  let app: INestApplication;
  let base: string;
  let lines: Lines;

  beforeEach(async () => {
    lines = new Lines();
    const logger = createLogger('info', { destination: lines });
    const environment = environmentWith({ API_KEYS: `${OLD},${NEW}`, API_REQUESTS_PER_MINUTE: '3' });
    const values = [
      { provide: Environment, useValue: environment },
      { provide: CallStore, useValue: new MemoryCallStore() },
    ];
    @Module({ imports: [OpsModule], controllers: [EchoController] })
    class App {}
    const module = await Test.createTestingModule({
      imports: [
        { module: class {}, global: true, providers: values, exports: [Environment, CallStore] },
        App,
      ],
    })
      .overrideProvider(APP_LOGGER)
      .useValue(logger)
      .compile();
    app = module.createNestApplication({ logger: false });
    app.use(requestLog(logger, app.get(ApiKeys)));
    await app.listen(0, '127.0.0.1');
    base = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  });
  afterEach(() => app.close());

  const ask = (key: string): Promise<Response> =>
    fetch(`${base}/echo`, { headers: { authorization: `Bearer ${key}` } });

  it('is told by standard headers what it may still ask, and then to wait', async () => {
    const first = await ask(OLD);
    expect(await first.json()).toEqual({ caller: fingerprintOf(OLD) });
    expect(first.headers.get('ratelimit-policy')).toMatch(/^"key"; ?q=3; ?w=60/);
    expect(first.headers.get('ratelimit')).toMatch(/^"key"; ?r=2; ?t=\d+/);
    await ask(OLD);
    await ask(OLD);
    const refused = await ask(OLD);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'rate-limited', status: 429 });
    // The limit of one key is not that of another.
    expect((await ask(NEW)).status).toBe(200);
  });

  it('is not counted with strangers and vendors, who are turned away or taken however often they come', async () => {
    for (let at = 0; at < 6; at += 1) {
      expect((await ask('not-a-key-of-this-service-at-all')).status).toBe(401);
      expect((await fetch(`${base}/vendor`, { method: 'POST' })).status).toBe(201);
    }
    expect((await ask(OLD)).status).toBe(200);
  });

  it('stands in the log by the fingerprint of its key, and never by the key', async () => {
    await ask(OLD);
    await ask('not-a-key-of-this-service-at-all');
    const requests = lines.all.filter(({ req }) => req !== undefined);
    expect(requests.map(({ key }) => key)).toEqual([fingerprintOf(OLD), undefined]);
    expect(String(lines)).not.toMatch(/the-old-key|not-a-key/);
  });
});
