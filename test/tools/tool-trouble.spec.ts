/** Tools that are slow, broken, flooded, or asked for what is not theirs to give. */
import { ToolFailure } from '../../src/tools/tool.decorator.js';
import { toolCall } from '../support/builders.js';
import { settled } from '../support/manual-clock.js';
import { bench } from './tool-bench.js';

describe('a tool in trouble', () => {
  it('tells of its progress once a second at most, in short, and no more after its answer', async () => {
    const { runner, flexible, clock, context, progress } = await bench();
    let tell: (text: string) => void = () => undefined;
    let finish: (value: string) => void = () => undefined;
    flexible.act = (given) => {
      tell = given.progress;
      return new Promise<string>((resolve) => (finish = resolve));
    };
    const running = runner.run(toolCall({ name: 'flexible' }), context);
    await settled();
    tell('one');
    tell('flood');
    await clock.pass(1000);
    tell('x'.repeat(5000));
    finish('done');
    await running;
    await clock.pass(1000);
    tell('late');
    expect(progress).toEqual(['one', 'x'.repeat(1000)]);
  });

  it('is given a rest after it broke five times in a row, and is tried again', async () => {
    const { runner, flexible, clock, metrics, context } = await bench();
    let runs = 0;
    flexible.act = () => {
      runs += 1;
      throw new ToolFailure('The shop burns.', { outage: true });
    };
    const call = toolCall({ name: 'flexible' });
    for (let run = 0; run < 5; run += 1) await runner.run(call, context);
    const result = await runner.run(call, context);
    expect(result).toMatchObject({ outcome: 'unavailable', text: expect.stringContaining('out of order') });
    expect(runs).toBe(5);
    expect(await metrics.registry.metrics()).toContain('cordboard_tool_breaker{tool="flexible"} 1');
    await clock.pass(15_000);
    flexible.act = () => 'fine';
    expect(await runner.run(call, context)).toMatchObject({ outcome: 'ok' });
    expect(await metrics.registry.metrics()).toContain('cordboard_tool_breaker{tool="flexible"} 0');
  });

  it('is not given a rest for failures that it tells in its own words, nor for calls that ended', async () => {
    const { runner, flexible, context } = await bench();
    const call = toolCall({ name: 'flexible' });
    flexible.act = () => {
      throw new ToolFailure('There is no such order.');
    };
    for (let run = 0; run < 10; run += 1) await runner.run(call, context);
    flexible.act = () => new Promise(() => undefined);
    const gone = AbortSignal.abort();
    for (let run = 0; run < 10; run += 1) await runner.run(call, { ...context, signal: gone });
    flexible.act = () => 'fine';
    expect(await runner.run(call, context)).toMatchObject({ outcome: 'ok' });
  });

  it('runs only as often at once as it may; the rest wait, and are told that it is busy', async () => {
    const { runner, clock, metrics, context, few } = await bench();
    const running = Array.from({ length: 5 }, () => runner.run(toolCall({ name: 'few' }), context));
    await settled();
    expect(few.started).toBe(2);
    expect(await metrics.registry.metrics()).toContain('cordboard_tools_running{tool="few"} 2');
    await clock.pass(2000);
    few.finish();
    const outcomes = (await Promise.all(running)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['ok', 'ok', 'busy', 'busy', 'busy']);
    expect(await metrics.registry.metrics()).toContain('cordboard_tools_running{tool="few"} 0');
  });

  it('takes a value from the call, whatever the agent sent for it', async () => {
    const { runner, context, few } = await bench();
    const call = toolCall({ name: 'mine', input: { account: 'of somebody else' } });
    expect(await runner.run(call, { ...context, variables: { account: 'mine' } })).toMatchObject({
      text: 'account mine',
    });
    const without = await runner.run(call, context);
    expect(without).toMatchObject({ outcome: 'bad-input', text: expect.stringContaining('account: ') });
    expect(few.started).toBe(0);
  });

  it('is not there for whoever is in no call, unless it needs none', async () => {
    const { runner, context } = await bench();
    const scope = { variables: {}, signal: context.signal, progress: () => undefined };
    expect(await runner.run(toolCall({ name: 'flexible' }), scope)).toMatchObject({
      outcome: 'unknown-tool',
    });
    expect(await runner.run(toolCall({ name: 'free' }), scope)).toMatchObject({ text: 'for anybody' });
  });
});
