/**
 * `npm run doctor`: looks at a deployment from outside and says what is wrong with it, one line each; exit code 1 when anything is.
 */
import 'reflect-metadata';
import { access, constants, mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { givenVariables } from '../config/config.module.js';
import type { Environment } from '../config/environment.js';
import { EnvironmentError, readEnvironment } from '../config/read-environment.js';
import { checkAddress } from './address-check.js';
import { checkElevenLabs } from './elevenlabs-check.js';
import { fault, ok, textOf, warning, type Finding } from './finding.js';
import { checkTwilio } from './twilio-check.js';

const USAGE = `npm run doctor                     looks, and changes nothing
npm run doctor -- --fix            sets mu-law, events and queue of the agent where they are wrong
npm run doctor -- --fix-number     points the number to this service
npm run doctor -- --json           prints JSON
`;
const DATABASE_ANSWER_MS = 5000;

async function storeFindings({ DATABASE_URL, DATA_DIR }: Environment): Promise<readonly Finding[]> {
  const folder = await mkdir(DATA_DIR, { recursive: true })
    .then(() => access(DATA_DIR, constants.W_OK))
    .then(
      () => ok('DATA_DIR', 'can be written'),
      () => fault('DATA_DIR', 'cannot be written', `let the service write to ${DATA_DIR}`),
    );
  if (DATABASE_URL === undefined) return [folder, ok('database', 'embedded, under DATA_DIR')];
  const client = new Client({ connectionString: DATABASE_URL, connectionTimeoutMillis: DATABASE_ANSWER_MS });
  const database = await client
    .connect()
    .then(() => client.query('select 1'))
    .then(
      () => ok('database', 'answers'),
      () => fault('database', 'does not answer', 'look at DATABASE_URL and at the server'),
    );
  // Not waited for: of a connection that never came about, the end may never come either.
  void client.end().catch(() => undefined);
  return [folder, database];
}

function webhookFinding({ ELEVENLABS_WEBHOOK_SECRET: secret }: Environment): Finding {
  return secret === undefined
    ? warning('post-call webhook', 'no secret, so it is refused', 'set ELEVENLABS_WEBHOOK_SECRET')
    : ok('post-call webhook', 'has a secret');
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      fix: { type: 'boolean', default: false },
      'fix-number': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const environment = readEnvironment(await givenVariables());
  const [store, address, twilio, elevenlabs] = await Promise.all([
    storeFindings(environment),
    checkAddress(environment),
    checkTwilio(environment, values['fix-number'], Date.now),
    checkElevenLabs(environment, values.fix),
  ]);
  const findings = [
    ok('environment', 'complete'),
    ...store,
    ...address,
    ...twilio.findings,
    ...elevenlabs.findings,
    webhookFinding(environment),
  ];
  const deeds = [...twilio.deeds, ...elevenlabs.deeds];
  const changed = deeds.map((deed) => `changed ${deed}\n`).join('');
  process.stdout.write(
    values.json ? `${JSON.stringify({ findings, deeds }, null, 2)}\n` : changed + textOf(findings),
  );
  return findings.some(({ state }) => state === 'fault') ? 1 : 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isTold = error instanceof EnvironmentError || error instanceof TypeError;
    process.stderr.write(isTold ? `✘ ${error.message}\n` : `${String(error)}\n`);
    process.exitCode = 1;
  },
);
