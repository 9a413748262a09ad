/** What a log line says of paths and errors, and what it keeps to itself. */
import { EventEmitter } from 'node:events';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { CordboardError } from '../../src/core/errors.js';
import { errorInLog } from '../../src/ops/error-in-log.js';
import { catchTheRest } from '../../src/ops/last-resort.js';
import { isLoggedWord, loggablePath } from '../../src/ops/loggable-path.js';
import { createLogger, NestLogger } from '../../src/ops/logger.js';
import { Metrics } from '../../src/ops/metrics.js';
import { Lines } from '../support/builders.js';
import { WholeSystem } from '../support/whole-system.js';

const CALL = `call_${'0f'.repeat(16)}`;

describe('a path in a log line', () => {
  it.each([
    ['/calls?to=%2B14155550123', '/calls'],
    [`/calls/${CALL}/events#x`, `/calls/${CALL}/events`],
    [
      `/calls/${CALL}/webhooks/evt_${'0f'.repeat(16)}_12/redeliver`,
      `/calls/${CALL}/webhooks/evt_${'0f'.repeat(16)}_12/redeliver`,
    ],
    ['/calls/+14155550123/hangup', '/calls/[hidden]/hangup'],
    ['/calls/John', '/calls/[hidden]'],
    ['/stream/abc', '/stream/[token]'],
    ['/stream/abc/', '/stream/[token]'],
    ['/stream/abc?name=Ann', '/stream/[token]'],
    ['/twiml?call=call_1', '/twiml'],
    ['/', '/'],
    [undefined, '/'],
  ])('of %s is %s', (url, path) => {
    expect(loggablePath(url)).toBe(path);
  });

  it('shows every word of every route', async () => {
    const system = await WholeSystem.start({ agent: { firstMessage: 'Hello', steps: [] } });
    try {
      const { paths } = SwaggerModule.createDocument(system.app, new DocumentBuilder().build());
      const words = Object.keys(paths).flatMap((route) => route.split('/').slice(1));
      const hidden = words.filter((word) => !word.startsWith('{') && !isLoggedWord(word));
      expect(words.length).toBeGreaterThan(20);
      expect(hidden).toEqual([]);
    } finally {
      await system.stop();
    }
  });
});

describe('an error in a log line', () => {
  it('shows kind, code and place, and no message that may quote what it failed on', () => {
    const cause = Object.assign(new Error('connect to db://user:secret@host'), { code: 'ECONNREFUSED' });
    const line = errorInLog(new Error('no customer John +14155550123\n    at John (nowhere)', { cause }));
    expect(line).toMatchObject({ type: 'Error', cause: { type: 'Error', code: 'ECONNREFUSED' } });
    expect(line.stack).toMatch(/^at .*log\.spec\.ts:\d+:\d+/);
    expect(JSON.stringify(line)).not.toMatch(/John|4155550123|secret/);
  });

  it('shows no message of the language, which quotes too', () => {
    const quoting = new TypeError('Failed to parse URL from https://example.test/?name=John');
    expect(errorInLog(quoting)).not.toHaveProperty('message');
  });

  it('shows the message of our own errors, which are written for it', () => {
    expect(errorInLog(new CordboardError('store-away', 'gone for now'))).toMatchObject({
      type: 'CordboardError',
      code: 'store-away',
      message: 'store-away: gone for now',
    });
  });

  it.each([
    ['a word', { type: 'string' }],
    [undefined, { type: 'undefined' }],
    [{ name: 'has words of John', code: 'and John' }, { type: 'Error' }],
  ])('may be %p, which says nothing', (thrown, line) => {
    expect(errorInLog(thrown)).toEqual(line);
  });

  it('is shown whole to whoever asks for it by the level', () => {
    const [discreet, outspoken] = (['info', 'debug'] as const).map((level) => {
      const lines = new Lines();
      createLogger(level, { destination: lines }).error({ err: new Error('the words') }, 'failed');
      return String(lines);
    });
    expect(discreet).not.toContain('the words');
    expect(outspoken).toContain('the words');
  });

  it('is as discreet when Nest tells of it', () => {
    const lines = new Lines();
    const { stack } = new Error('the words');
    new NestLogger(createLogger('info', { destination: lines })).error('the words', stack, 'Somewhere');
    expect(lines.all).toMatchObject([
      { context: 'Somewhere', err: { stack: expect.stringMatching(/log\.spec/) } },
    ]);
    expect(String(lines)).not.toContain('the words');
  });
});

describe('an error that nobody caught', () => {
  it.each(['uncaughtException', 'unhandledRejection'])(
    'is told and counted, and ends nothing: %s',
    async (kind) => {
      const lines = new Lines();
      const metrics = new Metrics();
      const source = new EventEmitter();
      catchTheRest(source, createLogger('info', { destination: lines }), metrics);
      source.emit(kind, new Error('the words'));
      expect(lines.all).toMatchObject([{ kind, err: { type: 'Error' } }]);
      expect(await metrics.registry.metrics()).toContain(`cordboard_uncaught_errors_total{kind="${kind}"} 1`);
    },
  );
});
