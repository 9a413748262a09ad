/**
 * `npm run sandbox`: a phone call on this machine, with no account. `--once` ends after the call, with 0 only if it went as
 * scripted. Reads arguments, shows, and turns the outcome into an exit code.
 */
import { parseArgs } from 'node:util';
import type { CallReport } from './call-report.js';
import { lineWidth, paletteFor } from './palette.js';
import { Printer } from './printer.js';
import { Sandbox } from './sandbox.js';
import { CALLEE, VARIABLES } from './scenario.js';
import { readableLog } from './service-log.js';

const USAGE = `npm run sandbox [-- --once]
  --once   ends after the call: 0 if everything went as scripted, 1 if not
  --help   shows this`;

/** What a shell makes of a program that SIGINT ended. */
const INTERRUPTED = 130;
const NAME_WIDTH = 16;

function introduce(printer: Printer): void {
  printer.strong('Cordboard sandbox');
  printer.line('The service, built and unchanged, between a simulated Twilio and a simulated ElevenLabs.');
  printer.line(
    'Caller: recordings of a person. Agent: a script with a synthetic voice; it hears when somebody',
  );
  printer.line('speaks, but not what. What the caller said comes from the script and is marked [scripted].');
  printer.line();
}

function show(printer: Printer, { page, rows, faults }: CallReport): void {
  printer.line();
  printer.strong(page.number > 1 ? `Call #${page.number}` : 'Measured');
  for (const [name, value] of rows) printer.line(`  ${name.padEnd(NAME_WIDTH)} ${value}`);
  printer.dim(
    '  Added delay: from one simulator’s send to the other’s receipt, their own handling included.',
  );
  printer.line();
  if (!faults) return;
  if (faults.length === 0) printer.good('  ✓ The call went as scripted.');
  for (const fault of faults) printer.alarm(`  ✗ ${fault}`);
  printer.line();
}

function invite(printer: Printer, { url, apiKey }: Sandbox): void {
  const body = JSON.stringify({ to: CALLEE, variables: { ...VARIABLES, name: 'Ann' } });
  printer.strong('Still up');
  printer.line(`  ${'service'.padEnd(NAME_WIDTH)} ${url}`);
  printer.line(`  ${'API'.padEnd(NAME_WIDTH)} ${url}/docs`);
  printer.line(`  ${'API key'.padEnd(NAME_WIDTH)} ${apiKey}`);
  printer.line();
  printer.line('  Another call:');
  printer.line(`    curl ${url}/calls -H 'Authorization: Bearer ${apiKey}' \\`);
  printer.line(`      -H 'Content-Type: application/json' -d '${body}'`);
  printer.line();
  printer.line('  Ctrl-C ends it.');
  printer.line();
}

/** @returns the exit code */
async function play(printer: Printer, once: boolean, stopping: AbortController): Promise<number> {
  const stopped = new Promise<'stopped'>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  const sandbox = await Sandbox.start({
    signal: stopping.signal,
    onObservation: (page, observation) => printer.observe(page, observation),
    onReport: (report) => show(printer, report),
    onReportFailed: (page, error) => printer.alarm(`  ✗ call #${page.number}: ${messageOf(error)}`),
    onServiceLine: (line) => printer.line(`  service | ${readableLog(line)}`),
  });
  try {
    const died = sandbox.serviceExited.then((how) => ({ how }));
    const first = await Promise.race([sandbox.call(), stopped, died]);
    if (first === 'stopped') return INTERRUPTED;
    if ('how' in first) throw new Error(`The service ended by itself: ${first.how}.`);
    if (once) return first.faults?.length === 0 ? 0 : 1;
    invite(printer, sandbox);
    const end = await Promise.race([stopped, died]);
    if (end !== 'stopped') throw new Error(`The service ended by itself: ${end.how}.`);
    return 0;
  } finally {
    await sandbox.stop();
  }
}

async function main(): Promise<number> {
  const stopping = new AbortController();
  // A second signal ends the program at once; by `exit`, because only then the service ends with it.
  const stop = (): void => (stopping.signal.aborted ? process.exit(INTERRUPTED) : stopping.abort());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // Nobody reads any more, as behind `| head`; each write that was under way says so.
  process.stdout.on('error', () => stopping.abort());
  let options: { once?: boolean; help?: boolean };
  try {
    options = parseArgs({ options: { once: { type: 'boolean' }, help: { type: 'boolean' } } }).values;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const printer = new Printer({
    write: (text) => process.stdout.write(text),
    palette: paletteFor(process.stdout, process.env),
    columns: lineWidth(process.stdout.columns),
  });
  introduce(printer);
  try {
    return await play(printer, options.once ?? false, stopping);
  } catch (error) {
    if (stopping.signal.aborted) return INTERRUPTED;
    printer.alarm(messageOf(error));
    return 1;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exitCode = await main();
