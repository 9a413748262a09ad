import { readFileSync } from 'node:fs';
import { Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import ts from 'typescript';
import { OrderStatusTool } from '../../examples/order-status.tool.js';
import { createApp } from '../../src/app.js';
import type { ToolContext } from '../../src/core/tool/tool.js';
import { ToolRunner } from '../../src/core/tool/tool.js';
import { ToolRegistry } from '../../src/tools/tool-registry.js';
import { emptyDatabaseUrl } from '../support/test-database.js';
import { pages, proseOf } from './markdown.js';

@Module({ providers: [OrderStatusTool] })
class ShopModule {}

const context: ToolContext = {
  callId: 'call_1',
  agentId: 'agent_1',
  conversationId: 'conv_1',
  direction: 'inbound',
  to: '+14155550100',
  from: '+14155550177',
  variables: {},
  signal: new AbortController().signal,
  endCall: () => undefined,
  progress: () => undefined,
  pressKeys: () => undefined,
  untilHeard: () => Promise.resolve(),
  transferCall: () => Promise.resolve(),
};

let app: NestExpressApplication;
beforeAll(async () => {
  app = await createApp({
    modules: [ShopModule],
    variables: {
      PUBLIC_URL: 'https://calls.example.com',
      API_KEYS: 'a-key-of-the-tests-0123456789',
      TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000000001',
      TWILIO_AUTH_TOKEN: 'token',
      ELEVENLABS_API_KEY: 'key',
      LOG_LEVEL: 'silent',
      DATABASE_URL: await emptyDatabaseUrl(),
    },
  });
});
afterAll(() => app.close());

function run(input: Readonly<Record<string, unknown>>) {
  return app
    .get<ToolRunner>(ToolRunner, { strict: false })
    .run({ id: 'tc_1', name: 'order_status', input, expectsResponse: true }, context);
}

describe('the example of a tool', () => {
  it('compiles with the rules of the project', () => {
    const { config } = ts.readConfigFile('tsconfig.json', (file) => readFileSync(file, 'utf8')) as {
      config: object;
    };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.');
    const program = ts.createProgram(['examples/order-status.tool.ts'], { ...options, noEmit: true });
    const faults = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
    expect(faults).toEqual([]);
  }, 60_000);

  it('is found, and described to the agent', () => {
    expect(app.get(ToolRegistry).find('order_status')?.schema).toEqual({
      type: 'object',
      properties: { orderNumber: { type: 'string', description: 'Number of the order: four digits.' } },
      required: ['orderNumber'],
    });
  });

  it('tells the agent what is wrong with its arguments', async () => {
    const result = await run({ orderNumber: 'seven' });
    expect(result).toMatchObject({
      outcome: 'bad-input',
      text: expect.stringContaining('orderNumber: expected four digits'),
    });
  });

  it('answers with the order as JSON, and with its own words when there is none', async () => {
    const original = globalThis.fetch;
    globalThis.fetch = (address) =>
      Promise.resolve(
        typeof address === 'string' && address.endsWith('/4711')
          ? Response.json({ state: 'shipped' })
          : new Response('', { status: 404 }),
      );
    try {
      expect(await run({ orderNumber: '4711' })).toMatchObject({
        outcome: 'ok',
        text: '{"state":"shipped"}',
      });
      expect(await run({ orderNumber: '4712' })).toMatchObject({
        outcome: 'failed',
        text: 'There is no order 4712. Ask for the number again.',
      });
    } finally {
      globalThis.fetch = original;
    }
  });
});

describe('a route that is written down', () => {
  it('exists', () => {
    const { paths } = SwaggerModule.createDocument(app, {
      openapi: '3.0.0',
      info: { title: '', version: '' },
    });
    const known = new Set(
      Object.entries(paths).flatMap(([route, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${route}`),
      ),
    );
    for (const page of ['GET /docs', 'GET /docs-json']) known.add(page);
    const written = [
      ...pages()
        .filter(({ path }) => !path.startsWith('src/simulators'))
        .flatMap((page) => [...proseOf(page).matchAll(/`((?:GET|POST) \/(?!v1\/)[^`?\s]*)/g)]),
      ...readFileSync('examples/calls.http', 'utf8').matchAll(/^((?:GET|POST) \{\{url\}\}[^\s?]+)/gm),
    ].map(([, route = '']) => route.replace('{{url}}', '').replace(/\{\{.*?\}\}/, '{id}'));
    expect(written).not.toHaveLength(0);
    expect(written.filter((route) => !known.has(route))).toEqual([]);
  });
});
