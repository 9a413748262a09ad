/** What leaves the service besides answers: problems, log lines and health. No query, token, key or number is in a line. */
import 'reflect-metadata';
import {
  Body,
  Controller,
  Get,
  HttpException,
  Module,
  Param,
  Post,
  UsePipes,
  type INestApplication,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { IsInt, IsString, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import { Environment } from '../../src/config/environment.js';
import { CallStore } from '../../src/core/call/call.store.js';
import { CordboardError, ERRORS } from '../../src/core/errors.js';
import { inputPipe } from '../../src/ops/input.pipe.js';
import { createLogger } from '../../src/ops/logger.js';
import { OpsModule } from '../../src/ops/ops.module.js';
import { problemOf } from '../../src/ops/problem.js';
import { Readiness } from '../../src/ops/readiness.js';
import { requestLog } from '../../src/ops/request-log.js';
import { APP_LOGGER } from '../../src/ops/tokens.js';
import { Public } from '../../src/ops/api-key.guard.js';
import { ApiKeys } from '../../src/ops/api-keys.js';
import { MemoryCallStore } from '../support/memory.call-store.js';
import { environmentWith, Lines } from '../support/builders.js';

const KEY = 'a-key-of-the-tests-0123456789';
const NUMBER = '+14155550123';

class InnerDto {
  @IsInt()
  depth!: number;
}
class EchoDto {
  @IsString()
  word!: string;
  @ValidateNested()
  @Type(() => InnerDto)
  inner!: InnerDto;
}

@Controller()
@UsePipes(inputPipe())
class EchoController {
  @Post('echo')
  echo(@Body() body: EchoDto): EchoDto {
    return body;
  }
  @Public()
  @Get('fails/:how')
  fails(@Param('how') how: string): never {
    if (how === 'unknown') throw new Error(`the cause, with ${KEY}`);
    if (how === 'busy') throw new CordboardError('at-capacity');
    if (how === 'teapot') throw new HttpException('no', 418);
    throw new CordboardError('carrier-refused', 'Twilio error 21211', [], { callId: 'call_1' });
  }
  @Public()
  @Get('stream/:token')
  stream(): string {
    return 'open';
  }
}

describe('the doors of the service', () => {
  let app: INestApplication;
  let base: string;
  let lines: Lines;
  const store = new MemoryCallStore();

  beforeEach(async () => {
    lines = new Lines();
    const logger = createLogger('info', { destination: lines });
    @Module({ imports: [OpsModule], controllers: [EchoController] })
    class App {}
    const { EnvironmentAndStore } = await environmentAndStore(store);
    const module = await Test.createTestingModule({ imports: [EnvironmentAndStore, App] })
      .overrideProvider(APP_LOGGER)
      .useValue(logger)
      .compile();
    app = module.createNestApplication({ logger: false });
    app.use(requestLog(logger, app.get(ApiKeys)));
    await app.listen(0, '127.0.0.1');
    base = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  });
  afterEach(() => app.close());

  const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${base}${path}`, init);
  const post = (
    body: string,
    headers: Record<string, string> = { authorization: `Bearer ${KEY}` },
  ): Promise<Response> =>
    ask('/echo', { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

  it('answer errors as problems of the catalogue', async () => {
    const response = await ask('/fails/known');
    expect(response.status).toBe(422);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toEqual({
      type: 'urn:cordboard:error:carrier-refused',
      title: ERRORS['carrier-refused'].title,
      status: 422,
      detail: 'Twilio error 21211',
      code: 'carrier-refused',
      callId: 'call_1',
    });
  });

  it('keep the cause of a mistake to the log', async () => {
    const response = await ask('/fails/unknown?name=Ann');
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'internal' });
    expect(text).not.toMatch(/the cause|at |Error:/);
    expect(lines.all.find(({ msg }) => msg === 'request failed')).toMatchObject({
      method: 'GET',
      path: '/[hidden]/[hidden]',
      err: { type: 'Error', stack: expect.stringMatching(/doors\.spec/) },
    });
    expect(String(lines)).not.toContain('the cause');
  });

  it('say when to come again, and which key is meant', async () => {
    expect((await ask('/fails/busy')).headers.get('retry-after')).toBe('5');
    const refused = await post('{}', {});
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
  });

  it.each(['Bearer wrong', `Basic ${KEY}`, `Bearer ${KEY}x`, KEY, 'Bearer'])(
    'open to no "%s"',
    async (authorization) => {
      expect((await post('{}', { authorization })).status).toBe(401);
    },
  );

  it('name every fault of the input by its field, unknown fields too', async () => {
    const response = await post(JSON.stringify({ word: 5, inner: { depth: 'x', more: 1 }, extra: true }));
    expect(response.status).toBe(400);
    const { code, errors } = (await response.json()) as { code: string; errors: { field: string }[] };
    expect(code).toBe('bad-input');
    expect(errors.map(({ field }) => field).toSorted()).toEqual([
      'extra',
      'inner.depth',
      'inner.more',
      'word',
    ]);
  });

  it.each([
    ['malformed-body', 400, () => post('{"word":')],
    ['not-found', 404, () => ask('/nowhere')],
    ['body-too-large', 413, () => post(JSON.stringify({ word: 'x'.repeat(300_000) }))],
    ['malformed-body', 400, () => ask('/fails/teapot')],
  ] as readonly [string, number, () => Promise<Response>][])(
    'answer %s with %i',
    async (code, status, act) => {
      const response = await act();
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ code, status });
    },
  );

  it('write one line per request, with the path alone', async () => {
    const response = await ask(`/stream/a-secret-token?name=Ann&to=${encodeURIComponent(NUMBER)}`, {
      headers: { authorization: `Bearer ${KEY}`, 'x-twilio-signature': 'c2lnbmVk', cookie: 'session=1' },
    });
    await post(JSON.stringify({ word: NUMBER, inner: { depth: 1 } }));
    expect(lines.all).toHaveLength(2);
    expect(lines.all[0]).toMatchObject({
      level: 30,
      req: { id: response.headers.get('x-request-id'), method: 'GET', path: '/stream/[token]' },
      res: { status: 200 },
    });
    expect(String(lines)).not.toMatch(/a-secret-token|Ann|4155550123|a-key-of|c2lnbmVk|session/);
  });

  it('write no lines about health and metrics', async () => {
    await ask('/health/live');
    await ask('/metrics');
    expect(lines.all).toEqual([]);
  });

  it('ask the store once for many who ask whether it is ready', async () => {
    const check = store.check.bind(store);
    let asked = 0;
    store.check = () => {
      asked += 1;
      return check();
    };
    try {
      await Promise.all(Array.from({ length: 20 }, () => ask('/health/ready')));
      expect(asked).toBe(1);
    } finally {
      store.check = check;
    }
  });

  it('are ready while the store answers and nothing drains, and say 503 otherwise', async () => {
    expect((await ask('/health/live')).status).toBe(200);
    expect((await ask('/health/ready')).status).toBe(200);
    app.get(Readiness).beginDraining();
    const response = await ask('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('shutting down');
    expect((await ask('/health/live')).status).toBe(200);
  });

  it('are not ready while the store is away, and do not say why to everybody', async () => {
    const check = store.check.bind(store);
    store.check = () => Promise.reject(new Error('password authentication failed'));
    try {
      const response = await ask('/health/ready');
      expect(response.status).toBe(503);
      expect(await response.text()).not.toContain('password');
    } finally {
      store.check = check;
    }
  });
});

describe('the catalogue of errors', () => {
  it.each(Object.keys(ERRORS) as (keyof typeof ERRORS)[])('has words and a status for %s', (code) => {
    const problem = problemOf(new CordboardError(code));
    expect(problem).toMatchObject({ code, type: `urn:cordboard:error:${code}`, detail: ERRORS[code].title });
    expect(problem.status).toBeGreaterThanOrEqual(400);
    expect(problem).not.toHaveProperty('errors');
    expect(ERRORS[code].mend).toMatch(/\.$/);
  });
});

async function environmentAndStore(store: CallStore): Promise<{ EnvironmentAndStore: new () => object }> {
  const { Global } = await import('@nestjs/common');
  @Global()
  @Module({
    providers: [
      { provide: Environment, useValue: environmentWith() },
      { provide: CallStore, useValue: store },
    ],
    exports: [Environment, CallStore],
  })
  class EnvironmentAndStore {}
  return { EnvironmentAndStore };
}
