/**
 * Agent scripts from a YAML or JSON file: one script for every agent, or `agents:` with a script for each id.
 */
import { readFile } from 'node:fs/promises';
import { isObject } from '../../protocol/decoding.js';
import type { AgentScript } from './agent-script.js';
import { isAgentScript } from './script-check.js';

export interface ScriptFile {
  readonly script?: AgentScript;
  readonly agents?: Readonly<Record<string, AgentScript>>;
}

/** Everything that is wrong with a script file, one line for each fault. */
export class ScriptFileError extends Error {
  override readonly name = 'ScriptFileError';
  constructor(path: string, faults: readonly string[]) {
    super([`${path} is not an agent's script:`, ...faults.map((fault) => `  ${fault}`)].join('\n'));
  }
}

async function parse(path: string, text: string): Promise<unknown> {
  try {
    if (path.endsWith('.json')) return JSON.parse(text);
    // A development dependency: a program that reads only JSON, or no file, runs without it.
    const { parse: parseYaml } = await import('yaml');
    return parseYaml(text);
  } catch (error) {
    throw new ScriptFileError(path, [error instanceof Error ? error.message : String(error)]);
  }
}

/** @throws ScriptFileError naming every faulty field and its mend */
export function readScript(value: unknown, path: string): ScriptFile {
  const faults: string[] = [];
  if (isObject(value) && isObject(value['agents'])) {
    const agents: Record<string, AgentScript> = {};
    for (const [id, script] of Object.entries(value['agents'])) {
      if (isAgentScript(script, `agents.${id}`, faults)) agents[id] = script;
    }
    const extra = Object.keys(value).find((name) => name !== 'agents');
    if (extra !== undefined) faults.push(`${extra}: not beside \`agents\`; move it into one of the agents.`);
    if (Object.keys(value['agents']).length === 0)
      faults.push('agents: empty; add an agent id with its script.');
    if (faults.length === 0) return { agents };
  } else if (isAgentScript(value, '', faults)) {
    return { script: value };
  }
  throw new ScriptFileError(path, faults);
}

/** @throws ScriptFileError; also when the file cannot be read */
export async function loadScriptFile(path: string): Promise<ScriptFile> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ScriptFileError(path, [error instanceof Error ? error.message : String(error)]);
  });
  return readScript(await parse(path, text), path);
}
