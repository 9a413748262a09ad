/** The command `simulate` as it is built: `npm test` builds before it runs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';

const PROGRAM = 'dist/simulators/simulate.js';

beforeAll(() => {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: run npm run build first`);
});

interface Ended {
  readonly code: unknown;
  readonly lines: readonly string[];
}

/** @param onLine told of each line, with a way to send a signal */
async function run(
  args: readonly string[],
  onLine: (line: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      lines.push(line);
      onLine(line, (signal) => child.kill(signal));
    });
  }
  const [code]: unknown[] = await once(child, 'close');
  return { code, lines };
}

describe('npm run simulate', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('runs the Twilio simulator until %s', async (signal) => {
    const { code, lines } = await run(['twilio', '--port', '0'], (line, kill) => {
      if (line.startsWith('An incoming call:')) kill(signal);
    });
    expect(lines).toContainEqual(expect.stringMatching(/^TWILIO_API_URL=http:\/\/127\.0\.0\.1:\d+$/));
    expect(code).toBe(0);
  });

  it('runs the ElevenLabs simulator until it is told to end', async () => {
    const { code, lines } = await run(['elevenlabs'], (line, kill) => {
      if (line.includes('ELEVENLABS_AGENT_ID')) kill('SIGTERM');
    });
    expect(lines).toContainEqual(expect.stringMatching(/ELEVENLABS_API_URL=http:\/\/127\.0\.0\.1:\d+$/));
    expect(code).toBe(0);
  });

  it.each([
    [[], 'Which simulator?'],
    [['telnyx'], 'There is no simulator "telnyx".'],
    [['twilio', '--port', 'many'], '--port many: expected 0 to 65535'],
    [['elevenlabs', '--port', 'many'], '--port: expected 0 to 65535, got many'],
    [['twilio', '--what'], "Unknown option '--what'"],
  ])('answers %j with what is wrong and how it is used', async (args, fault) => {
    const { code, lines } = await run(args);
    expect(code).toBe(2);
    expect(lines[0]).toContain(fault);
    expect(lines.join('\n')).toContain('--port');
  });

  it('tells the usage when asked', async () => {
    const { code, lines } = await run(['--help']);
    expect(code).toBe(0);
    expect(lines.join('\n')).toContain('--voice-url');
    expect(lines.join('\n')).toContain('--public');
  });
});
