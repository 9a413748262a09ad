/**
 * Finds the tools at boot and refuses what is wrong with them, all faults at once, before the first call meets one.
 */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { Environment } from '../config/environment.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { describedTools, type DescribedTool } from './described-tools.js';
import { CallTool } from './tool.decorator.js';

export interface RegisteredTool extends DescribedTool {
  readonly tool: CallTool;
}

export class ToolRegistrationError extends Error {
  override readonly name = 'ToolRegistrationError';

  constructor(readonly faults: readonly string[]) {
    super(`Some tools cannot be registered:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

@Injectable()
export class ToolRegistry implements OnModuleInit {
  private readonly tools = new Map<string, RegisteredTool>();
  private readonly assigned = new Set<string>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly environment: Environment,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** @throws ToolRegistrationError */
  onModuleInit(): void {
    const wrappers = this.discovery.getProviders();
    const { tools, faults } = describedTools(wrappers, this.environment);
    for (const described of tools) {
      const tool: unknown = wrappers.find(({ metatype }) => metatype === described.provider)?.instance;
      if (!(tool instanceof CallTool)) continue;
      this.tools.set(described.name, { ...described, tool });
      for (const { dynamicVariable } of described.options.assignments) this.assigned.add(dynamicVariable);
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

  /** Whether only ElevenLabs can know the variable: it fills it in itself, or took it out of a tool's result. */
  isTheVendorsVariable(name: string): boolean {
    return name.startsWith('system__') || this.assigned.has(name);
  }
}
