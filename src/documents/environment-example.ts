/**
 * `.env.example`: a file to copy to `.env` and fill in. What is required stands open; the rest is commented out with its
 * default, so that a copy does not pin defaults that a later version changes.
 */
import { variableGroups, type DescribedVariable } from './described-variables.js';

const HEAD = [
  '# Written by `npm run docs` from src/config/environment.ts: change it there.',
  '# Copy it to .env and fill in the lines without a #. The service names whatever is missing or malformed when it starts.',
];

export function environmentExample(): string {
  const lines = [...HEAD];
  for (const [group, variables] of variableGroups()) {
    lines.push('', `# ${group}`);
    for (const variable of variables) lines.push('', ...comments(variable), assignment(variable));
  }
  return `${lines.join('\n')}\n`;
}

function comments({ about, from, example, required }: DescribedVariable): string[] {
  return [
    `# ${about}${required ? ' Required.' : ''}`,
    ...(from === undefined ? [] : [`# Get it: ${from}`]),
    ...(required && example !== undefined ? [`# Example: ${example}`] : []),
  ];
}

function assignment({ name, required, byDefault, example }: DescribedVariable): string {
  return required ? `${name}=` : `# ${name}=${quoted(byDefault ?? example ?? '')}`;
}

function quoted(value: string): string {
  return /[\s#]/.test(value) ? `"${value}"` : value;
}
