/**
 * The simulator as a command: reads arguments, starts, prints what a service must be told to use it, then every observation
 * as one line. Stopping on signals is the caller's.
 */
import { parseArgs } from 'node:util';
import type { Observation } from '../observation.js';
import { DEFAULT_AGENT_SCRIPT } from './default-script.js';
import { ElevenLabsSimulator } from './elevenlabs-simulator.js';
import { loadScriptFile } from './script-file.js';
import type { PostCallWebhook } from './post-call-webhook.js';
import type { Speak } from './simulator-settings.js';

export const ELEVENLABS_SIMULATOR_USAGE = `elevenlabs [--port N] [--host ADDRESS] [--script FILE] [--api-key KEY] [--public] [--quiet]
                   [--post-call-webhook URL --post-call-secret SECRET]
  --port     port for REST and sockets (default 0: a free one)
  --host     address to listen on (default 127.0.0.1)
  --script   YAML or JSON: one agent's script, or \`agents:\` with one for each id
  --api-key  the xi-api-key to ask for (default: a built-in one, printed at the start)
  --public   agents need no signed URL
  --post-call-webhook  address that is told of every conversation after its end
  --post-call-secret   signs what it is told; goes with the address
  --quiet    print no observations`;

/** Wrong arguments; the message says which, and how it is done. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface Arguments {
  readonly port: number;
  readonly host: string;
  readonly script: string | undefined;
  readonly apiKey: string | undefined;
  readonly isPublic: boolean;
  readonly quiet: boolean;
  readonly postCallWebhook: PostCallWebhook | undefined;
}

function webhookOf(url: string | undefined, secret: string | undefined): PostCallWebhook | undefined {
  if (url === undefined && secret === undefined) return undefined;
  if (url === undefined) throw new UsageError('--post-call-secret: give --post-call-webhook as well');
  if (secret === undefined) throw new UsageError('--post-call-webhook: give --post-call-secret as well');
  return { url, secret };
}

function read(args: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '0' },
        host: { type: 'string', default: '127.0.0.1' },
        script: { type: 'string' },
        'api-key': { type: 'string' },
        public: { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
        'post-call-webhook': { type: 'string' },
        'post-call-secret': { type: 'string' },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new UsageError(`--port: expected 0 to 65535, got ${values.port}`);
    }
    const { host, script, quiet } = values;
    const postCallWebhook = webhookOf(values['post-call-webhook'], values['post-call-secret']);
    return { port, host, script, apiKey: values['api-key'], isPublic: values.public, quiet, postCallWebhook };
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${because}\nUsage: ${ELEVENLABS_SIMULATOR_USAGE}`);
  }
}

function lineOf({ atMs, call, what, detail }: Observation): string {
  return `${(atMs / 1000).toFixed(3)} ${call === '' ? '-' : call} ${what} ${JSON.stringify(detail)}`;
}

/**
 * @param args what follows `simulate elevenlabs` on the command line
 * @param print takes one line without its end; by default writes to standard output
 * @param speak the voice; by default noise of the right length
 * @throws UsageError or ScriptFileError, both with a message for a person
 */
export async function runElevenLabsSimulator(
  args: readonly string[],
  print: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
  speak?: Speak,
): Promise<ElevenLabsSimulator> {
  const { port, host, script, apiKey, isPublic, quiet, postCallWebhook } = read(args);
  const scripts = script === undefined ? { script: DEFAULT_AGENT_SCRIPT } : await loadScriptFile(script);
  const simulator = await ElevenLabsSimulator.start({
    port,
    host,
    ...scripts,
    requireSignedUrl: !isPublic,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(speak === undefined ? {} : { speak }),
    ...(postCallWebhook === undefined ? {} : { postCallWebhook }),
    ...(quiet ? {} : { observe: (observation) => print(lineOf(observation)) }),
  });
  print(`ElevenLabs simulator on ${simulator.url}`);
  print(`  ELEVENLABS_API_URL=${simulator.url}`);
  print(`  ELEVENLABS_API_KEY=${simulator.apiKey}`);
  print(`  ELEVENLABS_AGENT_ID=${Object.keys(scripts.agents ?? {})[0] ?? 'agent_simulated'}`);
  if (postCallWebhook) print(`  ELEVENLABS_WEBHOOK_SECRET=${postCallWebhook.secret}`);
  return simulator;
}
