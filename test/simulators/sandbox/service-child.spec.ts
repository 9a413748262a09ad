/** The service as a child process, played by small programs: how it starts, fails to start, and ends. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startService } from '../../../src/simulators/sandbox/service-child.js';

const HEALTHY = `
import { createServer } from 'node:http';
createServer((request, response) => {
  if (request.url === '/environment') response.end(JSON.stringify({ ...process.env, cwd: process.cwd() }));
  else if (request.url === '/crash') process.kill(process.pid, 'SIGKILL');
  else response.writeHead(request.url === '/health/ready' ? 200 : 404).end();
}).listen(Number(process.env.PORT), process.env.HOST);
// Before it says that it is up: whoever reads that may tell it to end at once.
process.on('SIGTERM', () => { process.stdout.write('ending\\n'); process.exit(0); });
process.stdout.write('up\\n');
`;

let folder = '';
const lines: string[] = [];
let onLine: () => void = () => undefined;
beforeEach(async () => {
  lines.length = 0;
  folder = await mkdtemp(path.join(os.tmpdir(), 'child-'));
});
afterEach(async () => {
  delete process.env['TWILIO_API_KEY'];
  await rm(folder, { recursive: true });
});

async function start(
  program: string,
  signal = new AbortController().signal,
): ReturnType<typeof startService> {
  const file = path.join(folder, 'program.mjs');
  await writeFile(file, program);
  return startService({
    variables: { API_KEYS: 'k' },
    show: (line) => {
      lines.push(line);
      onLine();
    },
    signal,
    program: file,
  });
}

describe('the service of the sandbox', () => {
  it('runs with the given environment and nothing of the user’s, and ends when asked', async () => {
    process.env['TWILIO_API_KEY'] = 'the key of a real account';
    const service = await start(HEALTHY);
    const response = await fetch(`${service.url}/environment`);
    const environment = (await response.json()) as Record<string, string>;
    expect(environment).toMatchObject({ API_KEYS: 'k', HOST: '127.0.0.1', PUBLIC_URL: service.url });
    expect(environment['TWILIO_API_KEY']).toBeUndefined();
    // Where it runs there is no .env file to be read.
    expect(environment['cwd']).not.toBe(process.cwd());
    await service.stop();
    await service.stop();
    expect(await service.exited).toBe('exit code 0');
    expect(lines).toEqual(['up', 'ending']);
  });

  it('shows what a service says that cannot start, and how it ended', async () => {
    const starting = start("process.stderr.write('PUBLIC_URL: is missing\\n'); process.exitCode = 1;");
    await expect(starting).rejects.toThrow('The service did not start: exit code 1.');
    expect(lines).toEqual(['PUBLIC_URL: is missing']);
  });

  it('stops waiting, and the service, when it is told to', async () => {
    const stopping = new AbortController();
    const neverReady = HEALTHY.replace("'/health/ready'", "'/never'");
    const up = new Promise<void>((resolve) => (onLine = resolve));
    const starting = start(neverReady, stopping.signal);
    starting.catch(() => undefined);
    await up;
    stopping.abort(new Error('no more'));
    await expect(starting).rejects.toThrow('no more');
    expect(lines).toContain('ending');
  });

  it('tells when the service ends by itself', async () => {
    const service = await start(HEALTHY);
    await expect(fetch(`${service.url}/crash`)).rejects.toThrow();
    expect(await service.exited).toBe('signal SIGKILL');
    await service.stop();
  });
});
