/**
 * How long writing keeps the event loop of the service from the audio: many live calls on the built service between simulators in
 * this process, on the embedded Postgres, and the delay of the loop as the service itself measures it.
 *
 * `node test/measure/event-loop-stall.mjs [calls] [seconds]` prints three runs: calls that only relay, calls that also write a turn
 * every two seconds, and those recorded as well. It needs `npm run build`, and a machine that does nothing else.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ElevenLabsSimulator } from '../../dist/simulators/elevenlabs/elevenlabs-simulator.js';
import { TwilioSimulator } from '../../dist/simulators/twilio/twilio-simulator.js';

const CALLS = Number(process.argv[2] ?? 200);
const SECONDS = Number(process.argv[3] ?? 20);
const KEY = 'a-key-of-the-measurement-0123';
const HEADERS = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
/** The service samples the loop with a timer of so many ms: a loop that is never late shows this. */
const RESOLUTION_MS = 10;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function startService(twilio, elevenlabs, dataDir, record) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['dist/main.js'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      HOST: '127.0.0.1',
      PUBLIC_URL: url,
      API_KEYS: KEY,
      TWILIO_ACCOUNT_SID: twilio.accountSid,
      TWILIO_AUTH_TOKEN: twilio.authToken,
      TWILIO_PHONE_NUMBER: '+14155550100',
      TWILIO_API_URL: twilio.url,
      TWILIO_CALLS_PER_SECOND: '100',
      ELEVENLABS_API_KEY: elevenlabs.apiKey,
      ELEVENLABS_AGENT_ID: 'agent_of_the_measurement',
      ELEVENLABS_API_URL: elevenlabs.url,
      MAX_CONCURRENT_CALLS: String(CALLS),
      DRAIN_TIMEOUT_SECONDS: '0',
      LOG_LEVEL: 'error',
      DATA_DIR: dataDir,
      RECORD_CALLS: String(record),
    },
  });
  while (
    !(await fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error('the service did not start');
    await pause(100);
  }
  return { child, url };
}

async function figuresOf(url) {
  const text = await (await fetch(`${url}/metrics`, { headers: HEADERS })).text();
  const read = (name) => Number(new RegExp(`^cordboard_${name} (\\S+)`, 'm').exec(text)?.[1]);
  const delayMs = (name) => read(`nodejs_eventloop_lag_${name}_seconds`) * 1000 - RESOLUTION_MS;
  return {
    sessions: read('sessions_live'),
    cpuSeconds: read('process_cpu_seconds_total'),
    p50Ms: delayMs('p50'),
    p99Ms: delayMs('p99'),
    maxMs: delayMs('max'),
  };
}

async function run(what, turnEveryMs, record) {
  const twilio = await TwilioSimulator.start({
    script: { answer: { kind: 'answers', afterMs: 200 }, steps: [{ step: 'says', noiseMs: 300_000 }] },
  });
  const elevenlabs = await ElevenLabsSimulator.start({
    script: {
      firstMessage: 'Hello there.',
      steps: Array.from({ length: 200 }, () => [
        { step: 'stalls', ms: turnEveryMs },
        { step: 'speaks', text: 'One two three.' },
      ]).flat(),
    },
  });
  const dataDir = await mkdtemp(path.join(tmpdir(), 'cordboard-measure-'));
  // As root, the embedded Postgres runs as another user and has to pass through.
  await chmod(dataDir, 0o711);
  const { child, url } = await startService(twilio, elevenlabs, path.join(dataDir, 'data'), record);
  const place = (_, at) =>
    fetch(`${url}/calls`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify({ to: `+1415555${1000 + at}` }),
    });
  await Promise.all(Array.from({ length: CALLS }, place));
  while ((await figuresOf(url)).sessions < CALLS) await pause(200);
  // Each reading begins the next measurement.
  const before = await figuresOf(url);
  await pause(SECONDS * 1000);
  const { cpuSeconds, p50Ms, p99Ms, maxMs } = await figuresOf(url);
  const round = (ms) => Math.max(0, ms).toFixed(1);
  const cores = ((cpuSeconds - before.cpuSeconds) / SECONDS).toFixed(2);
  process.stdout.write(
    `${what.padEnd(34)} late by ms: p50 ${round(p50Ms)}  p99 ${round(p99Ms)}  max ${round(maxMs)}   cores ${cores}\n`,
  );
  child.kill('SIGTERM');
  await once(child, 'exit');
  await Promise.all([twilio.stop(), elevenlabs.stop()]);
  await rm(dataDir, { recursive: true, force: true });
}

process.stdout.write(`${CALLS} live calls, ${SECONDS} s, Node ${process.version}\n`);
await run('relayed only', 10 * 60_000, false);
await run('a turn every 2 s written', 2000, false);
await run('a turn every 2 s written, recorded', 2000, true);
