import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_AGENT_SCRIPT } from '../../../src/simulators/elevenlabs/default-script.js';
import { ElevenLabsSimulator } from '../../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import { runElevenLabsSimulator } from '../../../src/simulators/elevenlabs/run-elevenlabs-simulator.js';
import { loadScriptFile, readScript } from '../../../src/simulators/elevenlabs/script-file.js';
import { at, rest, WireClient } from './wire-client.js';

const YAML = `
agents:
  agent_shop:
    firstMessage: Hi, {{name}}
    analysis: { callSuccessful: success, collected: { order: { value: 7 } } }
    steps:
      - step: listens
        transcript: Where is it?
      - { step: calls-tool, name: find_order, parameters: { number: 7 }, save: order }
      - { step: speaks, text: "{{order}}" }
      - step: ends-call
    faults:
      signedUrl: { status: 429, times: 1 }
      metadataDelayMs: .inf
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-script-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('a script file', () => {
  it('holds agents by id as YAML, or one script for all as JSON', async () => {
    const { agents } = await loadScriptFile(await fileOf('agents.yaml', YAML));
    expect(agents?.['agent_shop']).toMatchObject({
      firstMessage: 'Hi, {{name}}',
      steps: [
        { step: 'listens' },
        { step: 'calls-tool', save: 'order' },
        { step: 'speaks' },
        { step: 'ends-call' },
      ],
      faults: { metadataDelayMs: Infinity },
    });
    expect(await loadScriptFile(await fileOf('one.json', JSON.stringify(DEFAULT_AGENT_SCRIPT)))).toEqual({
      script: DEFAULT_AGENT_SCRIPT,
    });
  });

  it.each([
    ['a missing field', { steps: [] }, 'firstMessage: missing; add it.'],
    [
      'an unknown field',
      { firstMessage: '', steps: [], greeting: 'x' },
      'greeting: unknown; remove it or use one of firstMessage, steps,',
    ],
    [
      'an unknown step',
      { firstMessage: '', steps: [{ step: 'sings' }] },
      'steps[0].step: expected one of listens, speaks,',
    ],
    [
      'a step without its text',
      { firstMessage: '', steps: [{ step: 'listens' }, { step: 'speaks' }] },
      'steps[1].text: missing; add it.',
    ],
    [
      'a misspelt field of a step',
      { firstMessage: '', steps: [{ step: 'listens', transcipt: 'x' }] },
      'steps[0].transcipt: unknown; remove it or use one of step, transcript.',
    ],
    [
      'a close code that no server may send',
      { firstMessage: '', steps: [{ step: 'closes', code: 1006, reason: '' }] },
      'steps[0].code: expected a close code that a server may send',
    ],
    [
      'a step after the end',
      { firstMessage: '', steps: [{ step: 'ends-call' }, { step: 'listens' }] },
      'steps[0]: nothing can follow ends-call; make it the last step.',
    ],
    [
      'a wrong fault',
      { firstMessage: '', steps: [], faults: { queue: { waitMs: -1 } } },
      'faults.queue.waitMs: expected milliseconds, 0 or more, got -1.',
    ],
    [
      'a wrong judgement',
      { firstMessage: '', steps: [], analysis: { criteria: { polite: { result: 'maybe' } } } },
      'analysis.criteria.polite.result: expected one of success, failure, unknown, got "maybe".',
    ],
    [
      'a value that is no value',
      { firstMessage: '', steps: [], analysis: { collected: { order: { value: [] } } } },
      'analysis.collected.order.value: expected a text, a number, true, false or null, got [].',
    ],
    [
      'a wrong format',
      { firstMessage: '', steps: [], outputFormat: 'mp3' },
      'outputFormat: expected one of pcm_8000,',
    ],
    [
      'an agent among others',
      { agents: { a: { firstMessage: 1, steps: [] } } },
      'agents.a.firstMessage: expected a text, got 1.',
    ],
    ['no agent', { agents: {} }, 'agents: empty;'],
    ['no object', 'hello', 'expected an object with firstMessage, steps'],
  ])('with %s is refused by name', (_, value, fault) => {
    expect(() => readScript(value, 'my.yaml')).toThrow(fault);
  });

  it('tells all its faults at once, one a line', () => {
    const faulty = { firstMessage: 1, steps: [{ step: 'stalls', ms: 'long' }] };
    expect(() => readScript(faulty, 'my.yaml')).toThrow(
      'my.yaml is not an agent\'s script:\n  firstMessage: expected a text, got 1.\n  steps[0].ms: expected milliseconds, 0 or more, got "long".',
    );
  });

  it('that is not there or not YAML is refused with its path', async () => {
    await expect(loadScriptFile(join(folder, 'none.yaml'))).rejects.toThrow(
      /none\.yaml is not an agent's script:\n.*ENOENT/,
    );
    await expect(loadScriptFile(await fileOf('bad.yaml', 'a: [1'))).rejects.toThrow(/bad\.yaml/);
    await expect(loadScriptFile(await fileOf('bad.json', '{'))).rejects.toThrow(/bad\.json/);
  });
});

describe('the simulator as a command', () => {
  it('prints what a service must be told, then what happens', async () => {
    const lines: string[] = [];
    const path = await fileOf('agents.yml', YAML.replace('metadataDelayMs: .inf', 'metadataDelayMs: 0'));
    const simulator = await runElevenLabsSimulator(['--script', path, '--api-key', 'sk_mine'], (line) =>
      lines.push(line),
    );
    try {
      expect(lines).toContain(`  ELEVENLABS_API_URL=${simulator.url}`);
      expect(lines).toContain('  ELEVENLABS_API_KEY=sk_mine');
      expect(lines).toContain('  ELEVENLABS_AGENT_ID=agent_shop');
      expect(
        (await rest(simulator, '/v1/convai/conversation/get-signed-url?agent_id=agent_shop')).status,
      ).toBe(429);
      const client = await WireClient.call(simulator, { dynamic_variables: { name: 'John' } }, 'agent_shop');
      expect(at(await client.untilFrame('agent_response'), 'agent_response_event.agent_response')).toBe(
        'Hi, John',
      );
      expect(lines.find((line) => line.includes('agent-speaks'))).toMatch(
        /conv_\w+ agent-speaks \{"text":"Hi, John","eventId":1/,
      );
    } finally {
      await simulator.stop();
    }
  });

  it('plays a script of its own that needs nothing from the client', async () => {
    const simulator = await runElevenLabsSimulator(['--public', '--quiet'], () => undefined);
    try {
      const client = await WireClient.open(
        `${simulator.url.replace('http', 'ws')}/v1/convai/conversation?agent_id=agent_simulated`,
      );
      client.send({ type: 'conversation_initiation_client_data' });
      for (const text of ['1', '2', '3']) client.send({ type: 'user_message', text });
      expect((await client.untilClosed()).code).toBe(1000);
      (await simulator.nextConversation()).assertFinished();
    } finally {
      await simulator.stop();
    }
  });

  it.each([
    [['--port', 'x'], /--port: expected 0 to 65535, got x\nUsage: elevenlabs/],
    [['--speed', '3'], /Unknown option '--speed'/],
    [['--post-call-webhook', 'http://127.0.0.1/'], /give --post-call-secret as well\nUsage: elevenlabs/],
    [['--post-call-secret', 'x'], /give --post-call-webhook as well\nUsage: elevenlabs/],
    [
      ['--post-call-webhook', 'here', '--post-call-secret', 'x'],
      /postCallWebhook\.url: expected an absolute/,
    ],
  ])('explains itself when it is called with %j', async (args, message) => {
    await expect(runElevenLabsSimulator(args, () => undefined)).rejects.toThrow(message);
  });

  it('refuses to start without any agent, and with chunks of no length', async () => {
    await expect(ElevenLabsSimulator.start({})).rejects.toThrow(/has no agent/);
    await expect(
      ElevenLabsSimulator.start({ script: DEFAULT_AGENT_SCRIPT, chunksMs: [0.5] }),
    ).rejects.toThrow(/chunksMs: expected whole/);
  });
});
