/** Tools in a small Nest module, with a runner and a clock that is moved by hand. */
import 'reflect-metadata';
import { Global, Module, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { IsInt, IsNotEmpty, IsString, Max } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Environment } from '../../src/config/environment.js';
import { Clock } from '../../src/core/clock.js';
import type { ToolContext } from '../../src/core/tool/tool.js';
import type { AppLogger } from '../../src/ops/logger.js';
import { Metrics } from '../../src/ops/metrics.js';
import { APP_LOGGER } from '../../src/ops/tokens.js';
import { EndCallTool } from '../../src/tools/builtin/end-call.tool.js';
import { NestToolRunner } from '../../src/tools/nest-tool-runner.js';
import { FromVariable } from '../../src/tools/supplied.decorator.js';
import { CallTool, IndependentTool, Tool, type NoInput } from '../../src/tools/tool.decorator.js';
import { ToolRegistry } from '../../src/tools/tool-registry.js';
import { environmentWith, silentLogger } from '../support/builders.js';
import { ManualClock } from '../support/manual-clock.js';

export class OrderInput {
  @JSONSchema({ description: 'Number of the order.' })
  @IsString()
  @IsNotEmpty()
  order!: string;

  @JSONSchema({ description: 'How many.' })
  @IsInt()
  @Max(10)
  count!: number;
}

@Tool({ name: 'echo', description: 'Says what it was given.', input: OrderInput })
export class EchoTool extends CallTool<OrderInput> {
  seen: { input: OrderInput; context: ToolContext } | undefined;
  run(input: OrderInput, context: ToolContext): unknown {
    this.seen = { input, context };
    return { got: input };
  }
}

/** Does what the test says. */
@Tool({ name: 'flexible', description: 'Does anything.', timeoutMs: 4000 })
class FlexibleTool extends CallTool<NoInput> {
  act: (context: ToolContext) => unknown = () => undefined;
  run(_input: NoInput, context: ToolContext): unknown {
    return this.act(context);
  }
}

/** Runs until the test lets all of them go. */
@Tool({ name: 'few', description: 'Only two at once.', maxConcurrent: 2 })
class FewTool extends CallTool<NoInput> {
  started = 0;
  private readonly waiting: (() => void)[] = [];
  run(): Promise<void> {
    this.started += 1;
    return new Promise((resolve) => void this.waiting.push(resolve));
  }
  finish(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

class AccountInput {
  @FromVariable('account')
  @IsString()
  account!: string;
}
@Tool({ name: 'mine', description: 'Of this caller.', input: AccountInput })
class MineTool extends CallTool<AccountInput> {
  run({ account }: AccountInput): string {
    return `account ${account}`;
  }
}
@Tool({ name: 'free', description: 'Needs no call.' })
class FreeTool extends IndependentTool {
  run(): string {
    return 'for anybody';
  }
}

export interface Bench {
  readonly registry: ToolRegistry;
  readonly runner: NestToolRunner;
  readonly clock: ManualClock;
  readonly metrics: Metrics;
  readonly echo: EchoTool;
  readonly flexible: FlexibleTool;
  readonly few: FewTool;
  readonly context: ToolContext;
  readonly over: AbortController;
  readonly ended: () => number;
  readonly progress: readonly string[];
}

export async function bench(tools: Provider[] = [], logger: AppLogger = silentLogger()): Promise<Bench> {
  const clock = new ManualClock();
  @Global()
  @Module({
    providers: [
      Metrics,
      { provide: Clock, useValue: clock },
      { provide: APP_LOGGER, useValue: logger },
      { provide: Environment, useValue: environmentWith() },
    ],
    exports: [Metrics, Clock, APP_LOGGER, Environment],
  })
  class Ops {}
  const module = await Test.createTestingModule({
    imports: [Ops, DiscoveryModule],
    providers: [
      ToolRegistry,
      NestToolRunner,
      EchoTool,
      FlexibleTool,
      FewTool,
      MineTool,
      FreeTool,
      EndCallTool,
      ...tools,
    ],
  }).compile();
  await module.init();
  const over = new AbortController();
  let ends = 0;
  const progress: string[] = [];
  return {
    clock,
    over,
    registry: module.get(ToolRegistry),
    runner: module.get(NestToolRunner),
    metrics: module.get(Metrics),
    echo: module.get(EchoTool),
    flexible: module.get(FlexibleTool),
    few: module.get(FewTool),
    ended: () => ends,
    progress,
    context: {
      callId: 'call_1',
      agentId: 'agent_1',
      conversationId: 'conv_1',
      direction: 'outbound',
      to: '+14155550123',
      from: '+14155550100',
      variables: {},
      signal: over.signal,
      pressKeys: () => undefined,
      untilHeard: () => Promise.resolve(),
      transferCall: () => Promise.resolve(),
      progress: (text) => void progress.push(text),
      endCall: () => {
        ends += 1;
      },
    },
  };
}
