/** The simulator as a program of its own, and its routes for a person without a phone. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runTwilioSimulator } from '../../../src/simulators/twilio/run-twilio-simulator.js';
import type { TwilioSimulator } from '../../../src/simulators/twilio/twilio-simulator.js';
import { StandInService } from './stand-in-service.js';

let folder = '';
let simulator: TwilioSimulator | undefined;
let service: StandInService | undefined;
const TOKEN = 'ffffffffffffffffffffffffffffffff';

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'caller-'));
  service = await StandInService.start(TOKEN);
});
afterEach(async () => {
  await simulator?.stop();
  await service?.stop();
  await rm(folder, { recursive: true });
});

async function run(...args: readonly string[]): Promise<[TwilioSimulator, StandInService, string[]]> {
  const lines: string[] = [];
  if (!service) throw new Error('the service is missing');
  simulator = await runTwilioSimulator(['--port', '0', '--auth-token', TOKEN, ...args], (line) =>
    lines.push(line),
  );
  return [simulator, service, lines];
}

interface Shown {
  readonly sid: string;
  readonly status: string;
  readonly endedBecause: string | null;
  readonly observations: readonly { readonly what: string }[];
}

async function ask<T = Shown>(url: string, body?: string): Promise<[number, T]> {
  const answer = await fetch(url, body === undefined ? {} : { method: 'POST', body });
  return [answer.status, (await answer.json()) as T];
}

describe('the simulator alone', () => {
  it('prints the three variables that point a service to it', async () => {
    const [{ url, accountSid }, , lines] = await run();
    expect(lines.slice(0, 3)).toEqual([
      `TWILIO_API_URL=${url}`,
      `TWILIO_ACCOUNT_SID=${accountSid}`,
      `TWILIO_AUTH_TOKEN=${TOKEN}`,
    ]);
  });

  it('places a call right away and plays a YAML script with a clip from a folder', async () => {
    const clip = Buffer.alloc(480, 0x12);
    await writeFile(path.join(folder, 'hello.ulaw'), clip);
    const file = path.join(folder, 'caller.yaml');
    await writeFile(file, 'steps:\n  - { step: says, clip: hello }\n  - step: hangs-up\n');
    service?.replies.set('/voice', () => service?.streamDocument() ?? '');
    const voiceUrl = `${service?.url}/voice`;
    const [{ calls }, , lines] = await run('--script', file, '--clips', folder, '--voice-url', voiceUrl);
    const [call] = calls;
    await call?.settled();
    call?.assertFinished();
    expect(call?.recording().caller.subarray(0, 480)).toEqual(clip);
    expect(lines.some((line) => line.includes(' caller-speaks {"what":"hello"}'))).toBe(true);
  });

  it('takes an incoming call by REST, shows it, hangs it up, and gives its recording as WAV', async () => {
    const [{ url }, stand] = await run('--quiet');
    stand.replies.set('/voice', () => stand.streamDocument());
    const script = { steps: [{ step: 'says', noiseMs: 60 }] };
    const [status, placed] = await ask(
      `${url}/simulate/inbound`,
      JSON.stringify({ voiceUrl: `${stand.url}/voice`, script }),
    );
    expect([status, placed.status]).toEqual([201, 'queued']);
    await (await stand.socket()).message('media', 6);
    const [, running] = await ask(`${url}/simulate/calls/${placed.sid}`);
    expect(running.observations.map(({ what }) => what)).toContain('caller-stops');
    expect((await ask(`${url}/simulate/calls/${placed.sid}/hang-up`, ''))[1]).toMatchObject({
      status: 'completed',
    });
    const [, listed] = await ask<{ calls: Shown[] }>(`${url}/simulate/calls`);
    expect(listed.calls).toMatchObject([{ sid: placed.sid, endedBecause: 'caller-hung-up' }]);
    const wav = Buffer.from(
      await (await fetch(`${url}/simulate/calls/${placed.sid}/recording.wav`)).arrayBuffer(),
    );
    const recording = simulator?.find(placed.sid)?.recording();
    expect([
      wav.toString('latin1', 0, 4),
      wav.readUInt16LE(20),
      wav.readUInt16LE(22),
      wav.readUInt32LE(24),
    ]).toEqual(['RIFF', 7, 2, 8000]);
    expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
    expect(wav.length).toBe(46 + 2 * (recording?.caller.length ?? 0));
    expect(wav.subarray(46).filter((_, index) => index % 2 === 0)).toEqual(recording?.caller);
  });

  it('takes a form as well, and says what is wrong with a request', async () => {
    const [{ url }, stand] = await run('--quiet');
    const form = new URLSearchParams({ voiceUrl: `${stand.url}/voice`, from: '+4930123456' }).toString();
    expect((await ask(`${url}/simulate/inbound`, form))[0]).toBe(201);
    expect((await stand.request('/voice')).params).toMatchObject({ From: '+4930123456', FromCountry: '' });
    expect(await ask(`${url}/simulate/inbound`, '{}')).toMatchObject([
      400,
      { message: 'voiceUrl must be a text' },
    ]);
    const bad = JSON.stringify({ voiceUrl: stand.url, script: { steps: [{ step: 'sings' }] } });
    expect((await ask<{ message: string }>(`${url}/simulate/inbound`, bad))[1].message).toContain(
      'steps[0].step must be',
    );
    expect((await ask(`${url}/simulate/calls/CA0`))[0]).toBe(404);
    expect((await ask(`${url}/elsewhere`))[0]).toBe(404);
  });

  it('refuses arguments that are wrong and says which', async () => {
    await expect(run('--port', 'x')).rejects.toThrow('--port x');
    await expect(run('--connect-to', 'nowhere')).rejects.toThrow('--connect-to nowhere: expected HOST=URL');
    await expect(run('--price-after-ms', 'soon')).rejects.toThrow(
      '--price-after-ms soon: expected milliseconds',
    );
    await expect(run('--what')).rejects.toThrow('--what');
  });
});
