/**
 * Finds the tools at boot and refuses what is wrong with them, all faults at once, before the first call meets one.
 */
import { Inject, Injectable, Scope, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { CallTool, NoInput, toolOptionsOf, type ToolOptions } from './tool.decorator.js';
import { schemaOf, type AgentSchema } from './tool-schema.js';

export interface RegisteredTool {
  readonly name: string;
  readonly description: string;
  readonly input: new () => object;
  readonly timeoutMs: number;
  readonly expectsResponse: boolean;
  readonly schema: AgentSchema;
  readonly tool: CallTool;
}

export class ToolRegistrationError extends Error {
  override readonly name = 'ToolRegistrationError';

  constructor(readonly faults: readonly string[]) {
    super(`Some tools cannot be registered:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

/** ElevenLabs' rule for names of tools. */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const DEFAULT_TIMEOUT_MS = 15_000;
/** ElevenLabs waits for a client tool at most this long. */
const MAX_TIMEOUT_MS = 120_000;

@Injectable()
export class ToolRegistry implements OnModuleInit {
  private readonly tools = new Map<string, RegisteredTool>();

  constructor(
    private readonly discovery: DiscoveryService,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** @throws ToolRegistrationError */
  onModuleInit(): void {
    const faults: string[] = [];
    const seen = new Set<unknown>();
    for (const wrapper of this.discovery.getProviders()) {
      const options = toolOptionsOf(wrapper.metatype);
      // A provider that several modules list is one tool.
      if (!options || seen.has(wrapper.metatype)) continue;
      seen.add(wrapper.metatype);
      this.register(wrapper, options, faults);
    }
    if (faults.length > 0) throw new ToolRegistrationError(faults);
    this.logger.debug({ tools: [...this.tools.keys()] }, 'tools registered');
  }

  find(name: string): RegisteredTool | undefined {
    return this.tools.get(name);
  }

  all(): readonly RegisteredTool[] {
    return [...this.tools.values()];
  }

  private register(wrapper: InstanceWrapper, options: ToolOptions, faults: string[]): void {
    const {
      name,
      description,
      input = NoInput,
      timeoutMs = DEFAULT_TIMEOUT_MS,
      expectsResponse = true,
    } = options;
    const who = `${wrapper.name} (${name})`;
    const fault = (text: string): void => void faults.push(`${who}: ${text}`);
    for (const text of optionFaults({ name, description, timeoutMs })) fault(text);
    if (this.tools.has(name)) fault('the name is taken by another tool');
    if (dependsOnRequest(wrapper)) {
      fault('it depends on a request, and there is none during a call; use the default scope');
      return;
    }
    const tool: unknown = wrapper.instance;
    if (!(tool instanceof CallTool) || typeof tool.run !== 'function') {
      fault('the class must extend CallTool and have a method run');
      return;
    }
    const { schema, faults: schemaFaults } = schemaOf(input);
    for (const text of schemaFaults) fault(`the input cannot be described to the agent: ${text}`);
    this.tools.set(name, { name, description, input, timeoutMs, expectsResponse, schema, tool });
  }
}

function optionFaults({
  name,
  description,
  timeoutMs,
}: {
  name: string;
  description: string;
  timeoutMs: number;
}): string[] {
  const faults: string[] = [];
  if (!NAME.test(name)) faults.push('the name may have letters, digits, _ and -, at most 64');
  if (description.trim() === '')
    faults.push('the description is empty, and the agent would never know when to call it');
  if (!(timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS))
    faults.push(`timeoutMs must be between 1 and ${MAX_TIMEOUT_MS}`);
  return faults;
}

function dependsOnRequest(wrapper: InstanceWrapper): boolean {
  const { scope } = wrapper;
  return scope === Scope.REQUEST || scope === Scope.TRANSIENT || !wrapper.isDependencyTreeStatic();
}
