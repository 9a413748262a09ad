/**
 * `npm run simulate -- twilio|elevenlabs`: one simulator alone, for use against any program.
 */
import { ELEVENLABS_SIMULATOR_USAGE, runElevenLabsSimulator } from './elevenlabs/run-elevenlabs-simulator.js';
import { runTwilioSimulator, TWILIO_SIMULATOR_USAGE } from './twilio/run-twilio-simulator.js';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const SIMULATORS: Readonly<
  Record<string, { usage: string; run(args: string[]): Promise<{ stop(): Promise<void> }> }>
> = {
  twilio: { usage: TWILIO_SIMULATOR_USAGE, run: (args) => runTwilioSimulator(args, print) },
  elevenlabs: { usage: ELEVENLABS_SIMULATOR_USAGE, run: (args) => runElevenLabsSimulator(args, print) },
};

const [which = '', ...args] = process.argv.slice(2);
const simulator = Object.hasOwn(SIMULATORS, which) ? SIMULATORS[which] : undefined;
if (!simulator) {
  process.stderr.write('usage: npm run simulate -- twilio|elevenlabs [options]\n');
  process.exit(2);
}
try {
  const running = await simulator.run(args);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void running.stop().then(() => process.exit(0)));
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${simulator.usage}\n`);
  process.exit(2);
}
