/**
 * `docs/configuration.md`: every variable that the service reads, and how it reads them.
 */
import { variableGroups, type DescribedVariable } from './described-variables.js';
import { table } from './table.js';

const HEAD = `# Configuration

<!-- Written by \`npm run docs\` from src/config/environment.ts: change it there. -->

Everything is set by environment variables, read once when the service starts, from the process and from a file \`.env\` in the
working directory; the process wins. Space around a value is dropped, and an empty value counts as not set, except for
\`APOLOGY_MESSAGE\`. When something is missing or malformed the service prints one line for each fault, with the variable, what
was expected and where to get it, and ends with code 1. Values are never printed.`;

export function configurationPage(): string {
  const lines = [HEAD];
  for (const [group, variables] of variableGroups()) {
    lines.push('', `## ${group}`, '', ...table(['Variable', 'Default', 'Meaning'], variables.map(rowOf)));
  }
  return `${lines.join('\n')}\n`;
}

function rowOf(variable: DescribedVariable): string[] {
  return [`\`${variable.name}\``, defaultOf(variable), meaningOf(variable)];
}

function defaultOf({ required, byDefault }: DescribedVariable): string {
  if (required) return '**required**';
  return byDefault === undefined ? 'not set' : `\`${byDefault}\``;
}

function meaningOf({ about, from, example, secret }: DescribedVariable): string {
  return [
    about,
    ...(secret ? ['A secret.'] : []),
    ...(example === undefined ? [] : [`Example: \`${example}\`.`]),
    ...(from === undefined ? [] : [`Get it: ${from}.`]),
  ].join(' ');
}
