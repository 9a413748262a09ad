/**
 * From strings to a checked `Environment`, or to one line per fault that names the variable, what was expected and where to
 * get it. Never prints a value: it may be a secret.
 */
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { Environment } from './environment.js';
import { variableLabels } from './variable.js';

export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';

  constructor(readonly lines: readonly string[]) {
    super(`The environment is not complete:\n${lines.map((line) => `  ${line}`).join('\n')}`);
  }
}

/** @throws EnvironmentError with every fault at once. */
export function readEnvironment(source: Readonly<Record<string, string | undefined>>): Environment {
  const given: Record<string, string> = {};
  for (const name of variableLabels().keys()) {
    // Values mounted from files end in a line break that nobody meant.
    const value = source[name]?.trim();
    // An empty line in an .env file means "not set" to everybody who writes one.
    if (value !== undefined && (value !== '' || name === 'APOLOGY_MESSAGE')) given[name] = value;
  }
  const environment = plainToInstance(Environment, given, { exposeDefaultValues: true });
  const faults = new Map(
    validateSync(environment, { stopAtFirstError: true }).map(({ property, constraints }) => [
      property,
      Object.values(constraints ?? {})[0] ?? 'is not valid',
    ]),
  );
  // In the order in which the variables are documented, which is not the validator's.
  const lines = [...variableLabels().keys()].flatMap((name) => {
    const rule = faults.get(name);
    return rule === undefined ? [] : [faultLine(name, given[name] === undefined, rule)];
  });
  if (lines.length > 0) throw new EnvironmentError(lines);
  return environment;
}

function faultLine(name: string, missing: boolean, rule: string): string {
  const label = variableLabels().get(name);
  const fault = missing && label?.required ? `is missing. ${label.about}` : rule.replace(`${name} `, '');
  return `${name}: ${fault}${label?.from === undefined ? '' : ` (get it: ${label.from})`}`;
}
