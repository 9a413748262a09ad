/**
 * `npm run simulate -- twilio|elevenlabs`: one simulator alone, for use against any program, until a signal ends it.
 */
import { ELEVENLABS_SIMULATOR_USAGE, runElevenLabsSimulator } from './elevenlabs/run-elevenlabs-simulator.js';
import { runTwilioSimulator, TWILIO_SIMULATOR_USAGE } from './twilio/run-twilio-simulator.js';

interface Running {
  stop(): Promise<void>;
}
type Run = (args: readonly string[], print: (line: string) => void) => Promise<Running>;

const SIMULATORS: ReadonlyMap<string, Run> = new Map<string, Run>([
  ['twilio', runTwilioSimulator],
  ['elevenlabs', runElevenLabsSimulator],
]);
const USAGE = `${TWILIO_SIMULATOR_USAGE}\n\nnpm run simulate -- ${ELEVENLABS_SIMULATOR_USAGE}`;
const WRONG_USE = 2;

async function main([which, ...args]: readonly string[]): Promise<void> {
  if (which === '--help' || args.includes('--help')) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const run = SIMULATORS.get(which ?? '');
  if (!run) throw new Error(which === undefined ? 'Which simulator?' : `There is no simulator "${which}".`);
  let running: Running | undefined;
  let isStopping = false;
  const stop = (): void => {
    isStopping = true;
    void running?.stop();
  };
  // Before anything is printed, for somebody may answer that with a signal. A second one of the same kind ends the program at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  running = await run(args, (line) => void process.stdout.write(`${line}\n`));
  if (isStopping) await running.stop();
}

/** Told apart so that a port in use or a file that is not there does not answer with the usage. */
function isOfTheSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const ofTheSystem = isOfTheSystem(error);
  // Some messages carry the usage themselves.
  const hasUsage = ofTheSystem || message.includes('Usage:');
  process.stderr.write(hasUsage ? `${message}\n` : `${message}\n\n${USAGE}\n`);
  process.exitCode = ofTheSystem ? 1 : WRONG_USE;
}
