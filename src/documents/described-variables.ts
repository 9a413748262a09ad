/**
 * The variables of the service with their labels and defaults, in groups, for the pages that list them.
 */
import { Environment } from '../config/environment.js';
import { variableLabels, type VariableLabel } from '../config/variable.js';

export interface DescribedVariable extends Omit<VariableLabel, 'byDefault'> {
  readonly name: string;
  /** As it would be written in an `.env` file; undefined when there is none. */
  readonly byDefault: string | undefined;
}

export function describedVariables(): readonly DescribedVariable[] {
  const defaults = new Map<string, unknown>(Object.entries(new Environment()));
  return [...variableLabels()].map(([name, label]) => ({
    ...label,
    name,
    byDefault: label.byDefault ?? textOf(defaults.get(name)),
  }));
}

/** In the order of the first variable of each group. */
export function variableGroups(): ReadonlyMap<string, readonly DescribedVariable[]> {
  const groups = new Map<string, DescribedVariable[]>();
  for (const variable of describedVariables()) {
    groups.set(variable.group, [...(groups.get(variable.group) ?? []), variable]);
  }
  return groups;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
