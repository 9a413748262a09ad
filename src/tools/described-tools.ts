/**
 * All that can be said of tools without building them: their options, the schema of their arguments, and what is wrong with either.
 * So the command line can tell of them where no service runs.
 */
import { Scope } from '@nestjs/common';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { Environment } from '../config/environment.js';
import { optionFaults, settledOptions, type SettledOptions } from './tool-options.js';
import { CallTool, IndependentTool, NoInput, toolOptionsOf } from './tool.decorator.js';
import { schemaOf, type AgentSchema } from './tool-schema.js';
import { needsVariables } from './supplied-values.js';

export interface DescribedTool {
  readonly name: string;
  readonly options: SettledOptions;
  readonly input: new () => object;
  readonly schema: AgentSchema;
  /** Whether it makes sense only during a call: by its class, or because it takes a value from a variable of the call. */
  readonly needsCall: boolean;
  /** The class behind it. */
  readonly provider: unknown;
}

export interface DescribedTools {
  readonly tools: readonly DescribedTool[];
  /** For whoever wrote the tools; none when all is well. */
  readonly faults: readonly string[];
}

type Wrapper = Pick<InstanceWrapper, 'name' | 'metatype' | 'scope' | 'isDependencyTreeStatic'>;

/** Those that this deployment has, in the order of their providers. */
export function describedTools(wrappers: readonly Wrapper[], environment: Environment): DescribedTools {
  const tools = new Map<string, DescribedTool>();
  const faults: string[] = [];
  const seen = new Set<unknown>();
  for (const wrapper of wrappers) {
    const given = toolOptionsOf(wrapper.metatype);
    // A provider that several modules list is one tool.
    if (!given || seen.has(wrapper.metatype)) continue;
    seen.add(wrapper.metatype);
    if (given.enabled && !given.enabled(environment)) continue;
    const fault = (text: string): void => void faults.push(`${wrapper.name} (${given.name}): ${text}`);
    if (tools.has(given.name)) fault('the name is taken by another tool');
    const described = describe(wrapper, fault);
    if (described) tools.set(given.name, described);
  }
  return { tools: [...tools.values()], faults };
}

function describe(wrapper: Wrapper, fault: (text: string) => void): DescribedTool | undefined {
  const given = toolOptionsOf(wrapper.metatype);
  if (!given) return undefined;
  const options = settledOptions(given);
  for (const text of optionFaults(options)) fault(text);
  if (dependsOnRequest(wrapper)) {
    fault('it depends on a request, and there is none during a call; use the default scope');
    return undefined;
  }
  const prototype: unknown = typeof wrapper.metatype === 'function' ? wrapper.metatype.prototype : undefined;
  if (!(prototype instanceof CallTool) || typeof prototype.run !== 'function') {
    fault('the class must extend CallTool and have a method run');
    return undefined;
  }
  const { input = NoInput, name } = given;
  const { schema, faults } = schemaOf(input);
  for (const text of faults) fault(`the input cannot be described to the agent: ${text}`);
  const needsCall = !(prototype instanceof IndependentTool) || needsVariables(schema);
  return { name, options, input, schema, needsCall, provider: wrapper.metatype };
}

function dependsOnRequest(wrapper: Wrapper): boolean {
  const { scope } = wrapper;
  return scope === Scope.REQUEST || scope === Scope.TRANSIENT || !wrapper.isDependencyTreeStatic();
}
