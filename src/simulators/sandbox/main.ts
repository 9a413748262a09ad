/**
 * `npm run sandbox`: a phone call on this machine, with no account. `--once` ends after the call, with 0 only if it went as
 * scripted.
 */
import { Printer, paletteFor } from './printer.js';
import { Sandbox } from './sandbox.js';
import type { CallReport } from './call-report.js';

const USAGE = 'usage: npm run sandbox [-- --once]';

function show(printer: Printer, { lines, faults }: CallReport): void {
  printer.line();
  for (const line of lines) printer.line(`  ${line}`);
  printer.line();
  if (faults.length === 0) printer.strong('  The call went as scripted.');
  for (const fault of faults) printer.alarm(`  ✗ ${fault}`);
  printer.line();
}

function invite(printer: Printer, { url, apiKey }: { url: string; apiKey: string }): void {
  printer.line(`The service is at ${url}, its API at ${url}/docs. Place another call:`);
  printer.line();
  printer.line(`  curl -s ${url}/calls -H 'Authorization: Bearer ${apiKey}' \\`);
  printer.line(
    `    -H 'Content-Type: application/json' -d '{"to":"+14155550123","variables":{"name":"Ann"}}'`,
  );
  printer.line();
  printer.line('Ctrl-C ends it.');
}

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== '--once');
  if (unknown !== undefined) {
    process.stderr.write(`${unknown} is not an option\n${USAGE}\n`);
    return 2;
  }
  const printer = new Printer((text) => process.stdout.write(text), paletteFor(process.stdout, process.env));
  printer.strong('Cordboard sandbox: the service, a simulated Twilio and a simulated ElevenLabs agent');
  printer.line(
    'The caller is a recorded person. The agent is a script with a synthetic voice: it hears when somebody speaks,',
  );
  printer.line(
    'but not what is said, so its transcript of the caller comes from the script and is marked [scripted].',
  );
  printer.line();
  const sandbox = await Sandbox.start(printer);
  const stopped = new Promise<'stopped'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('stopped'));
  });
  const died = sandbox.service.exited.then(() => 'died' as const);
  try {
    await sandbox.place();
    let report = await Promise.race([sandbox.follow(), stopped, died]);
    const first = report;
    while (typeof report === 'object') {
      show(printer, report);
      if (args.includes('--once')) break;
      if (report === first) invite(printer, sandbox.service);
      report = await Promise.race([followNext(sandbox), stopped, died]);
    }
    if (report === 'died') printer.alarm('The service ended by itself.');
    return typeof first === 'object' && first.faults.length === 0 && report !== 'died' ? 0 : 1;
  } finally {
    await sandbox.stop();
  }
}

/** Nobody may call for hours. */
async function followNext(sandbox: Sandbox): Promise<CallReport> {
  for (;;) {
    const report = await sandbox.follow().catch(() => undefined);
    if (report) return report;
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
