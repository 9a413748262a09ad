/**
 * The simulator as a program of its own: reads arguments, starts it, prints what happens, and can place one incoming call. It
 * neither exits nor listens for signals; whoever runs it does.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Observation } from '../observation.js';
import { readCallerScript } from './caller-script-reader.js';
import type { CallerScript } from './caller-script.js';
import { TwilioSimulator } from './twilio-simulator.js';

export const TWILIO_SIMULATOR_USAGE = `npm run simulate -- twilio [options]
  --port N              where to listen (default 4010)
  --host ADDRESS        default 127.0.0.1
  --account-sid AC…     default: made up
  --auth-token TOKEN    default: made up
  --script FILE         what the far end does, YAML or JSON (default: answers and stays silent)
  --clips FOLDER        mu-law files (8000 Hz, no header) that the script names: FOLDER/NAME.ulaw
  --connect-to HOST=URL connects to URL for addresses of HOST; may be repeated
  --voice-url URL       places an incoming call right away, asking URL for the document
  --from, --to NUMBER   of that call
  --status-callback URL of that call
  --price-after-ms N    from the end of a call to its price (default 1000)
  --recording-after-ms N from the end of a call to its completed recordings (default 500)
  --quiet               does not print what happens`;

const OPTIONS = {
  port: { type: 'string', default: '4010' },
  host: { type: 'string', default: '127.0.0.1' },
  'account-sid': { type: 'string' },
  'auth-token': { type: 'string' },
  script: { type: 'string' },
  clips: { type: 'string' },
  'connect-to': { type: 'string', multiple: true },
  'voice-url': { type: 'string' },
  from: { type: 'string', default: '+14155550100' },
  to: { type: 'string', default: '+14155550199' },
  'status-callback': { type: 'string' },
  'price-after-ms': { type: 'string', default: '1000' },
  'recording-after-ms': { type: 'string', default: '500' },
  quiet: { type: 'boolean', default: false },
} as const;

async function readScriptFile(file: string): Promise<CallerScript> {
  const text = await readFile(file, 'utf8');
  if (file.endsWith('.json')) return readCallerScript(JSON.parse(text));
  // Not needed by the service, and therefore not among its dependencies.
  const yaml = await import('yaml');
  return readCallerScript(yaml.parse(text));
}

function connectionsOf(pairs: readonly string[]): Record<string, string> {
  const connections: Record<string, string> = {};
  for (const pair of pairs) {
    const [host, url] = pair.split(/=(.*)/s, 2);
    if (!host || !url || !URL.canParse(url)) throw new Error(`--connect-to ${pair}: expected HOST=URL`);
    connections[host] = url;
  }
  return connections;
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${text}: expected 0 to 65535`);
  return port;
}

function millisecondsOf(text: string, option: string): number {
  const ms = Number(text);
  if (text.trim() === '' || !Number.isFinite(ms) || ms < 0)
    throw new Error(`--${option} ${text}: expected milliseconds, 0 or more`);
  return ms;
}

function lineOf({ atMs, call, what, detail }: Observation): string {
  return `${(atMs / 1000).toFixed(3)} ${call.slice(0, 8)} ${what} ${JSON.stringify(detail)}`;
}

/**
 * @param args what follows `twilio` on the command line
 * @param print one line for people
 * @throws Error that names the argument that is wrong
 */
export async function runTwilioSimulator(
  args: readonly string[],
  print: (line: string) => void,
): Promise<TwilioSimulator> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const script = values.script === undefined ? readCallerScript({}) : await readScriptFile(values.script);
  const folder = values.clips ?? '.';
  const simulator = await TwilioSimulator.start({
    port: portOf(values.port),
    host: values.host,
    ...(values['account-sid'] === undefined ? {} : { accountSid: values['account-sid'] }),
    ...(values['auth-token'] === undefined ? {} : { authToken: values['auth-token'] }),
    script,
    clips: (name) => readFile(path.join(folder, `${name}.ulaw`)),
    priceAfterMs: millisecondsOf(values['price-after-ms'], 'price-after-ms'),
    recordingAfterMs: millisecondsOf(values['recording-after-ms'], 'recording-after-ms'),
    connectTo: connectionsOf(values['connect-to'] ?? []),
    ...(values.quiet ? {} : { observe: (observation: Observation) => print(lineOf(observation)) }),
  });
  print(`TWILIO_API_URL=${simulator.url}`);
  print(`TWILIO_ACCOUNT_SID=${simulator.accountSid}`);
  print(`TWILIO_AUTH_TOKEN=${simulator.authToken}`);
  print(`An incoming call: curl -d voiceUrl=URL ${simulator.url}/simulate/inbound`);
  const voiceUrl = values['voice-url'];
  const statusCallback = values['status-callback'];
  if (voiceUrl !== undefined) {
    const { from, to } = values;
    simulator.placeInbound({
      voiceUrl,
      from,
      to,
      script,
      ...(statusCallback === undefined ? {} : { statusCallback }),
    });
  }
  return simulator;
}
