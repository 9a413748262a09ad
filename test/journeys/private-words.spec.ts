/**
 * A whole call whose every private value is marked, and a search for the marks in everything that came out of the service: its log at
 * `info`, its metrics, and its answers to others. What goes wrong on purpose is part of it, since errors are where words slip out.
 */
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ElevenLabsSimulator } from '../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import { TwilioSimulator } from '../../src/simulators/twilio/twilio-simulator.js';
import { runBuiltService, type RunningService } from '../support/service-child.js';
import { emptyDatabaseUrl } from '../support/test-database.js';
import { environmentOf, eventually, freePort, isOver, type CallJson } from '../support/whole-system.js';

/** Digits and words that nothing else has. */
const TO = '+14155557731';
const CALLER = '+14155557732';
const KEY = 'zqapikey-zqapikey-zqapikey';
const MARKS = {
  'an API key': 'zqapikey',
  'a secret of ElevenLabs': 'zqelevensecret',
  'a secret of ours': Buffer.from('zqwebhooksecret-zqwebhooksecret').toString('base64'),
  'the number called': '4155557731',
  'the number that calls': '4155557732',
  'a name': 'zqname',
  'an override': 'zqprompt',
  'words of the agent': 'zqagent',
  'words of the caller': 'zqcaller',
  'keys that were pressed': '90817263',
  'arguments of a tool': 'zqitem',
  'the name of a tool that there is not': 'zqtool',
  metadata: 'zqmetadata',
  'an idempotency key': 'zqidempotency',
  'an address to post to': 'zqhook',
  'a message of a vendor': 'zqvendor',
  'a malformed body': 'zqbody',
  'a path': 'zqpath',
  'a query': 'zqquery',
  'a wrong key': 'zqwrongkey',
} as const;

describe('what is private', () => {
  let twilio: TwilioSimulator;
  let elevenlabs: ElevenLabsSimulator;
  let service: RunningService;
  let dataDir: string;
  /** Answers to whoever has no key, or was refused. */
  const answers: string[] = [];
  let metrics: string;
  let tokens: readonly string[];

  const ask = async (method: string, address: string, body?: string, headers = {}): Promise<string> => {
    const response = await fetch(`${service.url}${address}`, {
      method,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
    });
    return response.text();
  };
  const call = async (id: string): Promise<CallJson> => JSON.parse(await ask('GET', `/calls/${id}`));

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'cordboard-private-'));
    twilio = await TwilioSimulator.start({
      script: {
        answer: { kind: 'answers', afterMs: 0 },
        steps: [
          { step: 'hears-agent-out' },
          { step: 'presses', digits: '90817263#' },
          { step: 'sends-raw', text: '{"event":"zqvendor","zqvendor":1}' },
          { step: 'sends-raw', text: 'zqvendor, and no JSON' },
          { step: 'says', noiseMs: 600 },
          { step: 'waits', ms: 60_000 },
        ],
      },
    });
    elevenlabs = await ElevenLabsSimulator.start({
      apiKey: 'zqelevensecret-key',
      script: {
        firstMessage: 'zqagent says hi to {{name}}',
        steps: [
          // The keys, which come as a message.
          { step: 'listens' },
          { step: 'listens', transcript: 'zqcaller says so' },
          { step: 'calls-tool', name: 'check_inventory', parameters: { item: 'zqitem' } },
          { step: 'calls-tool', name: 'check_inventory', parameters: { item: ['zqitem'] } },
          { step: 'calls-tool', name: 'zqtool', parameters: { of: 'zqitem' } },
          { step: 'sends-raw', text: '{"type":"zqvendor","zqvendor_event":{}}' },
          { step: 'sends-raw', text: '{"type":"audio","audio_event":"zqvendor"}' },
          { step: 'speaks', text: 'zqagent says bye' },
          { step: 'closes', code: 4321, reason: 'zqvendor knows why' },
        ],
      },
    });
    const port = await freePort();
    service = await runBuiltService({
      ...environmentOf(port, twilio, elevenlabs),
      API_KEYS: KEY,
      LOG_LEVEL: 'info',
      DATA_DIR: dataDir,
      DATABASE_URL: await emptyDatabaseUrl(),
      RECORD_CALLS: 'true',
      // The end of its conversation is the end of the call.
      AGENT_RECONNECTS: '0',
      WEBHOOK_SECRET: `whsec_${MARKS['a secret of ours']}`,
      WEBHOOK_ALLOW_PRIVATE: 'true',
      ELEVENLABS_WEBHOOK_SECRET: 'zqelevensecret-of-webhooks',
      INVENTORY_API_URL: 'http://127.0.0.1:9/zqitem',
      CALLS_PER_DESTINATION: '1/1d',
    });
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await twilio.stop();
    await elevenlabs.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('comes up in the course of calls that go well and badly', async () => {
    const placed = JSON.stringify({
      to: TO,
      variables: { name: 'zqname' },
      overrides: { prompt: 'zqprompt' },
      metadata: { order: 'zqmetadata' },
      webhookUrl: 'http://127.0.0.1:9/zqhook?token=zqhook',
    });
    const first = JSON.parse(await ask('POST', '/calls', placed, { 'idempotency-key': 'zqidempotency' }));
    await eventually(() => call(first.id), isOver, 30_000);
    const line = twilio.placeInbound({
      voiceUrl: `${service.url}/twiml?name=zqname&zqquery=zqquery`,
      from: CALLER,
      to: '+14155550100',
      script: {
        answer: { kind: 'answers', afterMs: 0 },
        steps: [{ step: 'hears-agent-out' }, { step: 'hangs-up' }],
      },
    });
    await line.settled();
    const kept = await ask('GET', `/calls/${first.id}/events?limit=1000`);
    for (const mark of ['zqagent', 'zqcaller', 'zqitem', '90817263', 'zqvendor'])
      expect(kept).toContain(mark);
    await refuse();
    metrics = await ask('GET', '/metrics');
    tokens = [...twilio.calls].flatMap(({ streamUrl }) => streamUrl?.split('/').at(-1) ?? []);
    await eventually(
      () => Promise.resolve(service.output()),
      (log) => log.split('"call ended"').length > 2 && log.includes('a webhook was not taken'),
    );
  }, 90_000);

  /** Everything that is refused, by doors and rules. */
  async function refuse(): Promise<void> {
    answers.push(
      await ask('POST', '/calls', JSON.stringify({ to: TO })),
      await ask('POST', '/calls', JSON.stringify({ to: '+19005557731', zqbody: 1 })),
      await ask(
        'POST',
        '/calls',
        JSON.stringify({ to: '4155557731', variables: { 'zqbody\u0000': 'zqbody' } }),
      ),
      await ask('POST', '/calls', '{"to": zqbody'),
      await ask('POST', '/calls', 'zqbody', { 'content-type': 'text/zqbody' }),
      await ask('POST', '/calls', '{}', { 'idempotency-key': 'zq idempotency' }),
      await ask('GET', '/calls?to=zqquery&zqquery=1'),
      await ask('GET', '/calls/zqpath'),
      await ask('GET', '/zqpath/+14155557731'),
      await ask('GET', '/calls', undefined, { authorization: 'Bearer zqwrongkey-zqwrongkey-zqwrongkey' }),
      await ask('POST', '/elevenlabs/webhook', '{"zqbody":1}', {
        'elevenlabs-signature': 't=1,v0=zqwrongkey',
      }),
      await ask('POST', '/twilio/status', 'CallSid=zqbody', {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': 'zqwrongkey',
      }),
      await ask('POST', '/twilio/status?zqquery=1', 'CallSid=zqbody&CallStatus=zqbody', {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': createHmac('sha1', twilio.authToken)
          .update(`${service.url}/twilio/status?zqquery=1CallSidzqbodyCallStatuszqbody`)
          .digest('base64'),
      }),
      await ask('GET', '/health/ready'),
    );
  }

  it.each(Object.entries(MARKS))('stays out of the log at info: %s', (_what, mark) => {
    const lines = service.output().split('\n');
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => line.includes(mark))).toEqual([]);
  });

  it('stays out of the log also as a token of a media socket, of Twilio or of the API', () => {
    expect(tokens.length).toBeGreaterThan(1);
    for (const secret of [...tokens, twilio.authToken]) expect(service.output()).not.toContain(secret);
  });

  it.each(Object.entries(MARKS))('stays out of the metrics: %s', (_what, mark) => {
    expect(metrics).toContain('cordboard_calls_ended_total');
    expect(metrics.split('\n').filter((line) => line.includes(mark))).toEqual([]);
  });

  /** Names of fields are told to whoever made them up. */
  const TOLD_BACK = new Set<string>(['a malformed body', 'a query']);
  it.each(Object.entries(MARKS).filter(([what]) => !TOLD_BACK.has(what)))(
    'stays out of the answers to what is refused: %s',
    (_what, mark) => {
      expect(answers.every((answer) => answer.length > 10)).toBe(true);
      expect(answers.filter((answer) => answer.includes(mark))).toEqual([]);
    },
  );
});
