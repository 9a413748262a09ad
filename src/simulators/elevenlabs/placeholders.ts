/**
 * `{{name}}` in the texts of a script: which names a script needs, and their filling in. Pure.
 */
import { isObject } from '../../protocol/decoding.js';
import type { AgentScript, AgentStep } from './agent-script.js';

const PLACEHOLDER = /\{\{\s*([\w.-]+)\s*\}\}/g;

/** Filled by the conversation itself, so that no client has to give them. */
const OWN_PREFIXES: readonly string[] = ['tool', 'caller'];
/** The vendor's reserved prefix. */
const SYSTEM_PREFIX = 'system__';

export type Variables = ReadonlyMap<string, unknown>;

export function namesIn(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '');
}

/** Member by member into an object, or into the JSON of a string. */
function memberOf(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const member of path) {
    if (typeof at === 'string') at = parsed(at);
    if (Array.isArray(at)) at = at[Number(member)];
    else at = isObject(at) ? at[member] : undefined;
  }
  return at;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** A name without a value stays as it is written, so that it is seen and heard. */
export function fill(text: string, variables: Variables): string {
  return text.replaceAll(PLACEHOLDER, (written: string, name: string) => {
    if (variables.has(name)) return wordsOf(variables.get(name));
    const [first = '', ...path] = name.split('.');
    const value = memberOf(variables.get(first), path);
    return value === undefined ? written : wordsOf(value);
  });
}

/** Fills in every string within a tool's parameters. */
function fillDeep(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return fill(value, variables);
  if (Array.isArray(value)) return value.map((item) => fillDeep(item, variables));
  return isObject(value) ? fillParameters(value, variables) : value;
}

export function fillParameters(
  parameters: Readonly<Record<string, unknown>>,
  variables: Variables,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, fillDeep(value, variables)]),
  );
}

function textsOf(step: AgentStep): readonly string[] {
  if (step.step === 'speaks') return [step.text];
  return step.step === 'calls-tool' ? [JSON.stringify(step.parameters)] : [];
}

export interface MissingVariables {
  readonly where: 'first message' | 'agent texts' | 'required variables';
  readonly names: readonly string[];
}

/** The first place that names variables nobody gave; undefined when all are there. */
export function missingVariables(
  script: AgentScript,
  firstMessage: string,
  given: ReadonlySet<string>,
): MissingVariables | undefined {
  const saved = script.steps.map((step) => (step.step === 'calls-tool' ? step.save : undefined));
  const known = (name: string): boolean => {
    const root = name.split('.')[0] ?? '';
    return (
      given.has(name) ||
      given.has(root) ||
      OWN_PREFIXES.includes(root) ||
      saved.includes(root) ||
      name.startsWith(SYSTEM_PREFIX)
    );
  };
  const places: readonly MissingVariables[] = [
    { where: 'first message', names: namesIn(firstMessage) },
    { where: 'agent texts', names: script.steps.flatMap((step) => textsOf(step).flatMap(namesIn)) },
    { where: 'required variables', names: script.requiredVariables ?? [] },
  ];
  for (const { where, names } of places) {
    const missing = [...new Set(names)].filter((name) => !known(name));
    if (missing.length > 0) return { where, names: missing };
  }
  return undefined;
}
