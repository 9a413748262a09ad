/** Tools that hang, throw, come late, answer a megabyte or are called fifty times at once, during a call that loses no frame of audio. */
import { setTimeout } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import type { ToolContext } from '../../src/core/tool/tool.js';
import { CallTool, Tool, type NoInput } from '../../src/tools/tool.decorator.js';
import { BesiegedSystem } from '../fuzz/besieged-system.js';
import type { Line } from '../fuzz/line.js';
import type { Heard } from '../fuzz/stand-in-agent.js';
import { Witness } from '../fuzz/witness.js';

const MEGABYTE = 1_048_576;

@Tool({ name: 'hangs', description: 'Never comes back, and listens to nobody.', timeoutMs: 600 })
class HangsTool extends CallTool {
  run(): Promise<never> {
    return new Promise(() => undefined);
  }
}
@Tool({ name: 'throws', description: 'Throws at once.' })
class ThrowsTool extends CallTool {
  run(): never {
    throw new Error('by its own fault');
  }
}
@Tool({ name: 'late', description: 'Answers after its time.', timeoutMs: 50 })
class LateTool extends CallTool {
  async run(): Promise<string> {
    await setTimeout(150);
    return 'too late';
  }
}
@Tool({ name: 'big', description: 'Answers a megabyte.' })
class BigTool extends CallTool {
  run(): object {
    return { rows: 'x'.repeat(MEGABYTE) };
  }
}
@Tool({ name: 'popular', description: 'Is called often at once.', maxConcurrent: 10 })
class PopularTool extends CallTool {
  running = 0;
  most = 0;
  async run(): Promise<string> {
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    await setTimeout(30);
    this.running -= 1;
    return 'served';
  }
}
@Tool({ name: 'long', description: 'Tells how far it is.' })
class LongTool extends CallTool {
  run(_input: NoInput, { progress }: ToolContext): string {
    progress('Half of it is done.');
    return 'done';
  }
}

@Module({ providers: [HangsTool, ThrowsTool, LateTool, BigTool, PopularTool, LongTool] })
class TroubleModule {}

interface Update extends Heard {
  readonly text?: string;
  readonly context_id?: string;
}

describe('the audio of a call whose tools are in trouble', () => {
  let besieged: BesiegedSystem;
  let line: Line;
  let witness: Witness;
  let count = 0;
  beforeAll(async () => {
    besieged = await BesiegedSystem.start({}, [TroubleModule]);
    line = await besieged.openLine();
    // On the very call whose tools are called.
    witness = Witness.on(line);
  });
  afterAll(async () => {
    witness.stop();
    await besieged.stop();
  });

  /** Calls a tool so many times at once; every call is answered, each once. */
  async function callTool(name: string, times: number): Promise<Heard[]> {
    const ids = Array.from({ length: times }, () => {
      count += 1;
      const id = `${name} ${count}`;
      const call = { tool_name: name, tool_call_id: id, parameters: {}, expects_response: true, event_id: 1 };
      line.talk.says({ type: 'client_tool_call', client_tool_call: call });
      return id;
    });
    const resultsOf = (heard: readonly Heard[]) =>
      heard.filter(({ type, tool_call_id: id }) => type === 'client_tool_result' && ids.includes(id ?? ''));
    await line.talk.until(({ heard }) => resultsOf(heard).length >= times);
    return resultsOf(line.talk.heard);
  }

  it.each([
    ['hangs', 3, /took too long/],
    ['throws', 3, /did not work this time/],
    ['late', 3, /took too long/],
  ] as const)('has words for a tool that %s', async (name, times, words) => {
    const results = await callTool(name, times);
    expect(results.map(({ is_error: isError }) => isError)).toEqual([true, true, true]);
    for (const { result } of results) expect(result).toMatch(words);
  });

  it('has the first part of a megabyte, which says that it is a part', async () => {
    const [first] = await callTool('big', 1);
    expect(first).toMatchObject({ is_error: false, result: expect.stringMatching(/\[cut: .* of 1048587/) });
    expect(String(first?.result).length).toBeLessThan(16_200);
  });

  it('has an answer to each of fifty calls at once: ten run, ten wait, and the others are told so', async () => {
    const results = await callTool('popular', 50);
    const served = results.filter(({ result }) => result === 'served');
    expect(results).toHaveLength(50);
    expect(served).toHaveLength(20);
    for (const { is_error: isError, result } of results)
      if (isError === true) expect(result).toMatch(/too much to do/);
    expect(besieged.system.app.get(PopularTool, { strict: false }).most).toBe(10);
  });

  it('is told to rest when it broke too often', async () => {
    await callTool('throws', 2);
    const [next] = await callTool('throws', 1);
    expect(next).toMatchObject({ is_error: true, result: expect.stringContaining('out of order') });
  });

  it('is told of the progress of a long one, as context of that call', async () => {
    const [answer] = await callTool('long', 1);
    const updates: Update[] = line.talk.heard.filter(({ type }) => type === 'contextual_update');
    expect(updates).toEqual([
      { type: 'contextual_update', text: 'Half of it is done.', context_id: answer?.tool_call_id },
    ]);
  });

  it('lost nothing meanwhile: every frame of both sides came through, in order, bit by bit', async () => {
    const { sent, caller, agent, expected } = await witness.testimony();
    expect(sent).toBeGreaterThan(20);
    expect(caller.equals(expected.caller)).toBe(true);
    expect(agent.equals(expected.agent)).toBe(true);
  });
});
