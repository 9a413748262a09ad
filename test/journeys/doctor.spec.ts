/**
 * The doctor beside the running service and both simulators: what is right, each fault by its name, and the fix.
 */
import { execFile } from 'node:child_process';
import type { AgentScript } from '../../src/simulators/elevenlabs/agent-script.js';
import { AGENT_ID, API_KEY, WholeSystem, type SystemOptions } from '../support/whole-system.js';

const NUMBER = '+14155550100';
const AGENT: AgentScript = { firstMessage: 'Hello.', steps: [{ step: 'listens' }] };
let system: WholeSystem;

interface Visit {
  readonly code: number;
  readonly text: string;
}

function start(options: SystemOptions = {}): Promise<WholeSystem> {
  return WholeSystem.start({ agents: { [AGENT_ID]: AGENT }, ...options });
}

function visit(variables: Readonly<Record<string, string>> = {}, ...flags: string[]): Promise<Visit> {
  const env = {
    PATH: process.env['PATH'],
    PUBLIC_URL: system.url,
    API_KEYS: API_KEY,
    TWILIO_ACCOUNT_SID: system.twilio.accountSid,
    TWILIO_AUTH_TOKEN: system.twilio.authToken,
    TWILIO_API_URL: system.twilio.url,
    TWILIO_PHONE_NUMBER: NUMBER,
    ELEVENLABS_API_URL: system.elevenlabs.url,
    ELEVENLABS_API_KEY: system.elevenlabs.apiKey,
    ELEVENLABS_AGENT_ID: AGENT_ID,
    ELEVENLABS_WEBHOOK_SECRET: 'wsec_of_the_tests',
    DATA_DIR: system.dataDir,
    ...variables,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, ['dist/doctor/main.js', ...flags], { env }, (error, stdout, stderr) => {
      const code = error ? Number(error.code) : 0;
      resolve({ code, text: stdout + stderr });
    });
  });
}

afterEach(() => system.stop());

describe('the doctor', () => {
  it('finds what is wrong at the vendors, sets it right, and then finds nothing', async () => {
    system = await start({
      agents: {
        [AGENT_ID]: { ...AGENT, inputFormat: 'pcm_16000', clientEvents: ['audio', 'ping', 'vad_score'] },
      },
    });
    const first = await visit();
    expect(first.code).toBe(1);
    expect(first.text).toContain('✘ agent input format: pcm_16000');
    expect(first.text).toMatch(/✘ agent events: not sent: .*interruption/);
    expect(first.text).toContain('✘ number: incoming calls go to https://demo.twilio.com');
    expect(first.text).toContain('✔ signature');
    expect(first.text).toContain('✔ media socket');
    const fixed = await visit({}, '--fix', '--fix-number');
    expect(fixed.text).toContain('user_input_audio_format: pcm_16000 → ulaw_8000');
    const last = await visit();
    expect(last).toMatchObject({ code: 0 });
    expect(last.text).not.toMatch(/^[✘!?]/m);
    // What was there stays.
    expect(system.elevenlabs.workspace.scriptOf(AGENT_ID)?.clientEvents).toContain('vad_score');
  });

  it('names keys, agents and numbers that are wrong, and tells no secret', async () => {
    system = await start();
    const { code, text } = await visit({
      TWILIO_AUTH_TOKEN: 'f'.repeat(32),
      ELEVENLABS_API_KEY: 'sk_secret_and_wrong',
    });
    expect(code).toBe(1);
    expect(text).toContain('✘ Twilio auth token: refused');
    expect(text).toContain('✘ ElevenLabs key: refused');
    expect(text).toContain('✘ signature: a right one is refused');
    expect(text).not.toContain('f'.repeat(32));
    expect(text).not.toContain('sk_secret_and_wrong');
    expect((await visit({ ELEVENLABS_AGENT_ID: 'agent_of_nobody' })).text).toContain(
      '✘ agent: there is no agent agent_of_nobody',
    );
  });

  it('says what needs the service when the service does not answer', async () => {
    system = await start();
    const database = { DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:1/none' };
    const { code, text } = await visit({ PUBLIC_URL: 'http://127.0.0.1:1', ...database }, '--json');
    expect(code).toBe(1);
    const { findings } = JSON.parse(text) as { findings: { check: string; state: string }[] };
    expect(findings).toContainEqual(expect.objectContaining({ check: 'public address', state: 'fault' }));
    expect(findings).toContainEqual(expect.objectContaining({ check: 'media socket', state: 'unknown' }));
    expect(findings).toContainEqual(expect.objectContaining({ check: 'database', state: 'fault' }));
  });

  it('names every fault of the environment', async () => {
    system = await start();
    const { code, text } = await visit({ PUBLIC_URL: '', TWILIO_ACCOUNT_SID: 'nonsense' });
    expect(code).toBe(1);
    expect(text).toContain('PUBLIC_URL');
    expect(text).toContain('TWILIO_ACCOUNT_SID');
  });
});
