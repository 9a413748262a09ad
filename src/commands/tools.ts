/**
 * `npm run tools`: prints the tools as ElevenLabs takes them; `--check` says where ElevenLabs has something else (exit code 1), `--sync`
 * brings it in step. Needs neither the running service nor the database: nothing of the application is built.
 */
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { DiscoveryService, ModulesContainer, NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { givenVariables } from '../config/config.module.js';
import type { Environment } from '../config/environment.js';
import { EnvironmentError, readEnvironment } from '../config/read-environment.js';
import { CordboardError, ERRORS } from '../core/errors.js';
import { SystemClock } from '../ops/system-clock.js';
import { clientToolConfig } from '../tools/client-tool-config.js';
import { describedTools, type DescribedTool } from '../tools/described-tools.js';
import { ElevenLabsWorkspace } from '../tools/sync/elevenlabs-workspace.js';
import { ownerOf } from '../tools/sync/ownership.js';
import { deedText, planText } from '../tools/sync/sync-text.js';
import { agentIdsOf } from '../tools/sync/tool-agents.js';
import { ToolSync } from '../tools/sync/tool-sync.js';
import { ToolRegistrationError } from '../tools/tool-registry.js';

const USAGE = `npm run tools                      prints the tools as ElevenLabs takes them (JSON)
npm run tools -- --check           says where ElevenLabs differs; exit code 1 when it does
npm run tools -- --sync            creates and updates the tools and attaches them to the agents

  --agent ID    an agent that has the tools, as often as needed; default: TOOLS_AGENT_IDS, or ELEVENLABS_AGENT_ID
  --prune       with --sync: takes tools of ours that are no longer defined off these agents, and deletes them
  --adopt       with --check or --sync: takes over tools of the same name that somebody else made
  --json        prints the report as JSON
`;

/** So that printing needs no account; nothing is asked with them. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  PUBLIC_URL: 'https://calls.example.com',
  API_KEYS: 'only-for-printing-the-tools',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'none',
  ELEVENLABS_API_KEY: 'none',
};

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      check: { type: 'boolean', default: false },
      sync: { type: 'boolean', default: false },
      agent: { type: 'string', multiple: true },
      prune: { type: 'boolean', default: false },
      adopt: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (values.check && values.sync) throw new TypeError('--check and --sync exclude each other');
  const given = await givenVariables();
  if (!values.check && !values.sync) {
    const variables = { ...PLACEHOLDERS, ...given };
    const tools = await toolsOf(variables, readEnvironment(variables));
    process.stdout.write(`${JSON.stringify(tools.map(clientToolConfig), null, 2)}\n`);
    return 0;
  }
  const environment = readEnvironment(given);
  const tools = await toolsOf(given, environment);
  const request = {
    agentIds: agentIdsOf(environment, values.agent),
    dryRun: values.check,
    prune: values.prune,
    adopt: values.adopt,
  };
  const workspace = new ElevenLabsWorkspace(environment, new SystemClock());
  const report = await new ToolSync(workspace, ownerOf(environment)).run(tools, request);
  process.stdout.write(
    values.json ? `${JSON.stringify(report, null, 2)}\n` : planText(report.plan) + deedText(report.done),
  );
  // A conflict is left after a sync as it was before.
  const isDone = values.check ? report.inStep : report.plan.tools.every(({ state }) => state !== 'conflict');
  return isDone ? 0 : 1;
}

/** In Nest's preview the modules are read and nothing is built: no connection, no store, no port. */
async function toolsOf(
  variables: Readonly<Record<string, string>>,
  environment: Environment,
): Promise<readonly DescribedTool[]> {
  const module = await AppModule.read(variables);
  const app = await NestFactory.createApplicationContext(module, {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  const wrappers = new DiscoveryService(app.get(ModulesContainer)).getProviders();
  const { tools, faults } = describedTools(wrappers, environment);
  if (faults.length > 0) throw new ToolRegistrationError(faults);
  return tools;
}

function wordsFor(error: unknown): string {
  if (error instanceof CordboardError) return `${error.code}: ${error.detail}\n  ${ERRORS[error.code].mend}`;
  if (error instanceof EnvironmentError || error instanceof ToolRegistrationError) return error.message;
  // What parseArgs throws is about what was typed.
  if (error instanceof TypeError) return `${error.message}\n\n${USAGE}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${wordsFor(error)}\n`);
    process.exitCode = 1;
  },
);
