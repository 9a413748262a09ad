import { spawnSync } from 'node:child_process';
import { ERRORS } from '../../src/core/errors.js';
import { runBuiltService, type RunningService } from '../support/service-child.js';
import { emptyDatabaseUrl } from '../support/test-database.js';
import { freePort } from '../support/whole-system.js';

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<
      Record<string, { properties?: Record<string, { description?: string }>; required?: string[] }>
    >;
    readonly securitySchemes: unknown;
  };
}
interface Operation {
  readonly summary?: string;
  readonly responses: Readonly<Record<string, { content?: Record<string, unknown> }>>;
  readonly security?: unknown;
  readonly requestBody?: unknown;
}

describe('the built service', () => {
  let service: RunningService;
  let document: OpenApi;

  beforeAll(async () => {
    const port = await freePort();
    service = await runBuiltService({
      PORT: String(port),
      HOST: '127.0.0.1',
      PUBLIC_URL: 'https://calls.example.com',
      API_KEYS: 'x'.repeat(24),
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'token',
      ELEVENLABS_API_KEY: 'key',
      LOG_LEVEL: 'silent',
      DATABASE_URL: await emptyDatabaseUrl(),
    });
    document = (await (await fetch(`${service.url}/docs-json`)).json()) as OpenApi;
  });
  afterAll(() => service.stop());

  it('documents every route, with its error answers and its door', async () => {
    expect(
      Object.entries(document.paths)
        .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
        .toSorted(),
    ).toEqual([
      'delete /calls/{id}/recording',
      'delete /calls/{id}/takeover',
      'get /calls',
      'get /calls/{id}',
      'get /calls/{id}/audio',
      'get /calls/{id}/events',
      'get /calls/{id}/recording',
      'get /calls/{id}/transcript',
      'get /calls/{id}/webhooks',
      'get /events',
      'get /health/live',
      'get /health/ready',
      'get /metrics',
      'get /tools',
      'get /twiml',
      'get /usage',
      'post /calls',
      'post /calls/{id}/dtmf',
      'post /calls/{id}/hangup',
      'post /calls/{id}/message',
      'post /calls/{id}/mute',
      'post /calls/{id}/takeover',
      'post /calls/{id}/transfer',
      'post /calls/{id}/webhooks/{eventId}/redeliver',
      'post /elevenlabs/webhook',
      'post /erasures',
      'post /mcp',
      'post /tools/sync',
      'post /twilio/recording',
      'post /twilio/status',
      'post /twilio/stream',
      'post /twilio/transfer',
      'post /twiml',
      'post /twiml/next',
      'post /twiml/transfer',
      'post /twiml/transfer/accept',
      'post /twiml/transfer/person',
      'post /twiml/transfer/result',
    ]);
    expect(document.components.securitySchemes).toMatchObject({ bearer: { type: 'http', scheme: 'bearer' } });
    const place = document.paths['/calls']?.['post'];
    expect(place?.security).toEqual([{ bearer: [] }]);
    expect(Object.keys(place?.responses ?? {}).toSorted()).toEqual([
      '201',
      '400',
      '401',
      '402',
      '403',
      '409',
      '413',
      '422',
      '429',
      '500',
      '502',
      '503',
    ]);
    expect(place?.responses['403']?.content).toHaveProperty(
      ['application/problem+json', 'examples', 'destination-refused', 'value', 'title'],
      ERRORS['destination-refused'].title,
    );
    for (const methods of Object.values(document.paths)) {
      for (const operation of Object.values(methods)) expect(operation.summary).toMatch(/\w/);
    }
  });

  it('describes every field of a request', () => {
    const schema = document.components.schemas['PlaceCallDto'];
    expect(schema?.required).toEqual(['to']);
    for (const [field, property] of Object.entries(schema?.properties ?? {})) {
      expect([field, property.description ?? JSON.stringify(property)]).toEqual([
        field,
        expect.stringMatching(/\w/),
      ]);
    }
    expect(Object.keys(schema?.properties ?? {})).toEqual(
      expect.arrayContaining(['to', 'variables', 'overrides', 'ringTimeoutSeconds']),
    );
  });

  it('serves the page of the documentation and health without a key, and metrics with one', async () => {
    const headers = { authorization: `Bearer ${'x'.repeat(24)}` };
    expect(await (await fetch(`${service.url}/docs`)).text()).toMatch(/swagger-ui/);
    expect(await (await fetch(`${service.url}/health/live`)).json()).toMatchObject({ status: 'ok' });
    expect(await (await fetch(`${service.url}/metrics`, { headers })).text()).toMatch(
      /^cordboard_calls_live 0$/m,
    );
    expect((await fetch(`${service.url}/calls`)).status).toBe(401);
    expect((await fetch(`${service.url}/metrics`)).status).toBe(401);
  });

  it('does not start in an incomplete environment, and says why line by line', () => {
    const { status, stderr } = spawnSync(process.execPath, ['dist/main.js'], {
      env: { PATH: process.env['PATH'], API_KEYS: 'short-secret', PUBLIC_URL: 'http://calls.example.com' },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    for (const name of [
      'PUBLIC_URL',
      'API_KEYS',
      'TWILIO_ACCOUNT_SID',
      'TWILIO_AUTH_TOKEN',
      'ELEVENLABS_API_KEY',
    ]) {
      expect(stderr).toMatch(new RegExp(`^ +${name}: `, 'm'));
    }
    expect(stderr).not.toContain('short-secret');
  });
});
