/** Tools in a Nest module: found by their label, refused when they are wrong, run within limits, and never in the way of a call. */
import 'reflect-metadata';
import { Global, Injectable, Module, Scope, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { IsInt, IsNotEmpty, IsString, Max } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Clock } from '../../src/core/clock.js';
import type { ToolContext, ToolResult } from '../../src/core/tool/tool.js';
import type { AppLogger } from '../../src/ops/logger.js';
import { createLogger } from '../../src/ops/logger.js';
import { Metrics } from '../../src/ops/metrics.js';
import { APP_LOGGER } from '../../src/ops/tokens.js';
import { EndCallTool } from '../../src/tools/builtin/end-call.tool.js';
import { NestToolRunner } from '../../src/tools/nest-tool-runner.js';
import { CallTool, Tool, ToolFailure, type NoInput } from '../../src/tools/tool.decorator.js';
import { ToolRegistrationError, ToolRegistry } from '../../src/tools/tool-registry.js';
import { Lines, silentLogger, toolCall } from '../support/builders.js';
import { ManualClock, settled } from '../support/manual-clock.js';

class OrderInput {
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
class EchoTool extends CallTool<OrderInput> {
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

interface Bench {
  readonly registry: ToolRegistry;
  readonly runner: NestToolRunner;
  readonly clock: ManualClock;
  readonly metrics: Metrics;
  readonly echo: EchoTool;
  readonly flexible: FlexibleTool;
  readonly context: ToolContext;
  readonly over: AbortController;
  readonly ended: () => number;
}

async function bench(tools: Provider[] = [], logger: AppLogger = silentLogger()): Promise<Bench> {
  const clock = new ManualClock();
  @Global()
  @Module({
    providers: [Metrics, { provide: Clock, useValue: clock }, { provide: APP_LOGGER, useValue: logger }],
    exports: [Metrics, Clock, APP_LOGGER],
  })
  class Ops {}
  const module = await Test.createTestingModule({
    imports: [Ops, DiscoveryModule],
    providers: [ToolRegistry, NestToolRunner, EchoTool, FlexibleTool, EndCallTool, ...tools],
  }).compile();
  await module.init();
  const over = new AbortController();
  let ends = 0;
  return {
    clock,
    over,
    registry: module.get(ToolRegistry),
    runner: module.get(NestToolRunner),
    metrics: module.get(Metrics),
    echo: module.get(EchoTool),
    flexible: module.get(FlexibleTool),
    ended: () => ends,
    context: {
      callId: 'call_1',
      agentId: 'agent_1',
      conversationId: 'conv_1',
      direction: 'outbound',
      to: '+14155550123',
      from: '+14155550100',
      variables: {},
      signal: over.signal,
      endCall: () => {
        ends += 1;
      },
      pressKeys: () => undefined,
      untilHeard: () => Promise.resolve(),
      transferCall: () => Promise.resolve(),
    },
  };
}

describe('tools at boot', () => {
  it('are found among the providers, with their schema and their limits', async () => {
    const { registry } = await bench();
    expect(
      registry
        .all()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['echo', 'end_call', 'flexible']);
    expect(registry.find('echo')).toMatchObject({
      timeoutMs: 15_000,
      expectsResponse: true,
      schema: { type: 'object', required: ['order', 'count'], properties: { count: { type: 'integer' } } },
    });
    expect(registry.find('flexible')).toMatchObject({
      schema: { type: 'object', properties: {}, required: [] },
    });
    expect(registry.find('none')).toBeUndefined();
  });

  @Tool({ name: 'echo', description: 'The same name.' })
  class SameNameTool extends CallTool {
    run(): void {}
  }
  @Injectable()
  class NotATool {}
  Tool({ name: 'stranger', description: 'No tool.' })(NotATool as unknown as typeof SameNameTool);
  @Tool({ name: 'no spaces, please', description: 'Bad name.' })
  class BadNameTool extends CallTool {
    run(): void {}
  }
  @Tool({ name: 'silent', description: '  ' })
  class SilentTool extends CallTool {
    run(): void {}
  }
  @Tool({ name: 'patient', description: 'Takes for ever.', timeoutMs: 120_001 })
  class PatientTool extends CallTool {
    run(): void {}
  }
  class VagueInput {
    @IsString()
    text!: string;
  }
  @Tool({ name: 'vague', description: 'No description.', input: VagueInput })
  class VagueTool extends CallTool<VagueInput> {
    run(): void {}
  }
  @Tool({ name: 'per_request', description: 'Needs a request.' })
  class RequestTool extends CallTool {
    run(): void {}
  }
  Injectable({ scope: Scope.REQUEST })(RequestTool);
  @Injectable({ scope: Scope.REQUEST })
  class OfARequest {}
  @Tool({ name: 'indirect', description: 'Needs a request through another.' })
  class IndirectTool extends CallTool {
    constructor(readonly needed: OfARequest) {
      super();
    }
    run(): void {}
  }

  it.each([
    ['a name that is taken', [SameNameTool], /\(echo\): the name is taken/],
    ['a class that is no tool', [NotATool], /NotATool \(stranger\): the class must extend CallTool/],
    ['a name that the vendor refuses', [BadNameTool], /BadNameTool .*letters, digits/],
    ['no description', [SilentTool], /SilentTool \(silent\): the description is empty/],
    ['more time than the vendor gives', [PatientTool], /PatientTool .*timeoutMs/],
    ['an input that cannot be described', [VagueTool], /VagueTool .*text has no description/],
    ['the scope of a request', [RequestTool], /RequestTool .*depends on a request/],
    ['a dependency on a request', [OfARequest, IndirectTool], /IndirectTool .*depends on a request/],
  ] as readonly [string, Provider[], RegExp][])('refuse %s', async (_name, tools, fault) => {
    await expect(bench(tools)).rejects.toThrow(fault);
  });

  it('refuse everything at once', async () => {
    const error: unknown = await bench([BadNameTool, SilentTool, VagueTool]).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ToolRegistrationError);
    expect((error as ToolRegistrationError).faults).toHaveLength(3);
  });

  it('take a tool that several modules list for one', async () => {
    @Module({ providers: [EchoTool] })
    class Another {}
    const module = await Test.createTestingModule({
      imports: [DiscoveryModule, Another],
      providers: [ToolRegistry, EchoTool, { provide: APP_LOGGER, useValue: silentLogger() }],
    }).compile();
    await expect(module.init()).resolves.toBeDefined();
  });
});

describe('a tool that runs', () => {
  it('gets its checked input, as its class, and the call around it', async () => {
    const { runner, echo, context } = await bench();
    const call = toolCall({ name: 'echo', input: { order: '4711', count: 2, injected: 'x' } });
    const result = await runner.run(call, context);
    expect(result).toMatchObject({ outcome: 'ok', text: '{"got":{"order":"4711","count":2}}' });
    expect(echo.seen?.input).toBeInstanceOf(OrderInput);
    expect(echo.seen?.context).toMatchObject({ callId: 'call_1', conversationId: 'conv_1' });
  });

  it('is not run with bad arguments; the agent is told which and how, and can mend them', async () => {
    const { runner, echo, context } = await bench();
    const result = await runner.run(toolCall({ name: 'echo', input: { order: '', count: '3' } }), context);
    expect(result.outcome).toBe('bad-input');
    expect(result.text).toMatch(/order: .*empty.*count: .*integer.*try again/s);
    expect(echo.seen).toBeUndefined();
  });

  it('is told of by name when there is no such tool, without a label of its own', async () => {
    const { runner, metrics, context } = await bench();
    const result = await runner.run(toolCall({ name: 'x'.repeat(500) }), context);
    expect(result).toMatchObject({
      outcome: 'unknown-tool',
      text: `There is no tool named ${'x'.repeat(64)}.`,
    });
    const text = await metrics.registry.metrics();
    expect(text).toContain('tool="unknown",outcome="unknown-tool"');
    expect(text).not.toContain('xxxx');
  });

  it.each([
    ['text as it is', 'seven left', 'seven left'],
    ['an object as JSON', { left: 7 }, '{"left":7}'],
    ['a number as text', 7, '7'],
    ['false as text', false, 'false'],
    ['nothing as a word', undefined, 'Done.'],
    ['null as a word', null, 'Done.'],
    ['what JSON has not as a word', () => 1, 'Done.'],
    ['too much cut short', 'y'.repeat(20_000), `${'y'.repeat(16_000)}…`],
  ])('returns %s, always a string', async (_name, value, text) => {
    const { runner, flexible, context } = await bench();
    flexible.act = () => Promise.resolve(value);
    expect(await runner.run(toolCall({ name: 'flexible' }), context)).toMatchObject({ outcome: 'ok', text });
  });

  it('fails in its own words, or in general ones that hide the cause', async () => {
    const lines = new Lines();
    const { runner, flexible, context } = await bench([], createLogger('info', { destination: lines }));
    flexible.act = () => {
      throw new ToolFailure('The shop is closed.');
    };
    const own = await runner.run(toolCall({ name: 'flexible' }), context);
    expect(own).toMatchObject({ outcome: 'failed', text: 'The shop is closed.' });
    expect(lines.all).toEqual([]);
    flexible.act = () => Promise.reject(new Error('ECONNREFUSED 10.0.0.7'));
    const general = await runner.run(toolCall({ name: 'flexible' }), context);
    expect(general).toMatchObject({ outcome: 'failed', text: 'flexible did not work this time.' });
    expect(lines.all).toMatchObject([
      { tool: 'flexible', callId: 'call_1', err: { stack: expect.stringMatching(/FlexibleTool/) } },
    ]);
    expect(String(lines)).not.toContain('10.0.0.7');
  });

  it('fails in general words when its result cannot be written down', async () => {
    const { runner, flexible, context } = await bench();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    flexible.act = () => circle;
    expect(await runner.run(toolCall({ name: 'flexible' }), context)).toMatchObject({ outcome: 'failed' });
  });

  it('is given up when its time is over, is told so, and leaves no timer', async () => {
    const { runner, flexible, clock, context } = await bench();
    let signal: AbortSignal | undefined;
    flexible.act = (given) => {
      ({ signal } = given);
      return new Promise(() => undefined);
    };
    const running = runner.run(toolCall({ name: 'flexible' }), context);
    await clock.pass(3999);
    expect(signal?.aborted).toBe(false);
    await clock.pass(1);
    const result = await running;
    expect(result).toMatchObject({ outcome: 'timed-out', durationMs: 4000 });
    expect(signal?.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('is given up when the call ends, before its time', async () => {
    const { runner, flexible, clock, over, context } = await bench();
    flexible.act = () => new Promise(() => undefined);
    const running = runner.run(toolCall({ name: 'flexible' }), context);
    await settled();
    over.abort();
    expect(await running).toMatchObject({ outcome: 'aborted' });
    expect(clock.pending).toBe(0);
  });

  it('runs beside itself, many times at once, each with its own answer', async () => {
    const { runner, flexible, context } = await bench();
    const waiting: ((value: string) => void)[] = [];
    flexible.act = () => new Promise<string>((resolve) => void waiting.push(resolve));
    const running = Array.from({ length: 50 }, () => runner.run(toolCall({ name: 'flexible' }), context));
    await settled();
    expect(waiting).toHaveLength(50);
    for (const [at, resolve] of [...waiting.entries()].toReversed()) resolve(`answer ${at}`);
    const results: ToolResult[] = await Promise.all(running);
    expect(results.map(({ text }) => text)).toEqual(results.map((_, at) => `answer ${at}`));
  });
});

describe('the tool that hangs up', () => {
  it('asks the call to end and says so', async () => {
    const { runner, context, ended } = await bench();
    expect(await runner.run(toolCall({ name: 'end_call' }), context)).toMatchObject({ outcome: 'ok' });
    expect(ended()).toBe(1);
  });
});
