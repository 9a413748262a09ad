import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsInt, IsString, Min } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { ToolContext } from '../../src/core/tool/tool.js';
import { CallTool, NoInput, Tool } from '../../src/tools/tool.decorator.js';
import type { AgentScript } from '../../src/simulators/elevenlabs/agent-script.js';
import { WholeSystem, eventually, isOver } from '../support/whole-system.js';

class DoubleInput {
  @JSONSchema({ description: 'A number to double.' })
  @IsInt()
  @Min(0)
  value!: number;
}

@Tool({ name: 'double', description: 'Doubles a number for the caller.', input: DoubleInput })
class DoubleTool extends CallTool<DoubleInput> {
  run({ value }: DoubleInput, { variables }: ToolContext): object {
    return { result: value * 2, for: variables['name'] };
  }
}

@Tool({ name: 'hang', description: 'Never comes back.', timeoutMs: 300 })
class HangingTool extends CallTool<NoInput> {
  run(): Promise<never> {
    return new Promise(() => undefined);
  }
}

class FragileInput {
  @JSONSchema({ description: 'Some words.' })
  @Transform(({ value }: { value: string }) => value.trim())
  @IsString()
  words!: string;
}

@Tool({ name: 'fragile', description: 'Has a transform that throws at numbers.', input: FragileInput })
class FragileTool extends CallTool<FragileInput> {
  run({ words }: FragileInput): string {
    return words;
  }
}

@Module({ providers: [DoubleTool, HangingTool, FragileTool] })
class ShopModule {}

const calls = (
  name: string,
  parameters: Record<string, unknown>,
  rest = {},
): AgentScript['steps'][number] => ({
  step: 'calls-tool',
  name,
  parameters,
  ...rest,
});

describe('the tools of a call', () => {
  let system: WholeSystem;
  let stock: Server;
  const requests: { path: string; port: number | undefined }[] = [];
  let stumbles = 1;

  beforeAll(async () => {
    stock = createServer((request, response) => {
      requests.push({ path: request.url ?? '', port: request.socket.remotePort });
      if (stumbles > 0) {
        stumbles -= 1;
        response.writeHead(503).end();
        return;
      }
      const item = new URL(request.url ?? '', 'http://stock').searchParams.get('item');
      if (item === 'unicorn') response.writeHead(404).end();
      else
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ item, quantity: 7 }));
    });
    await new Promise<void>((resolve) => stock.listen(0, '127.0.0.1', resolve));
    system = await WholeSystem.start({
      modules: [ShopModule],
      variables: { INVENTORY_API_URL: `http://127.0.0.1:${(stock.address() as AddressInfo).port}/stock` },
      agent: {
        firstMessage: '',
        steps: [
          calls('check_inventory', { item: 'ten of clubs' }),
          calls('check_inventory', { item: 'unicorn' }),
          calls('check_inventory', {}),
          calls('double', { value: 21 }),
          calls('double', { value: 'many' }),
          calls('fragile', { words: 7 }),
          calls('hang', {}),
          calls('nobody_wrote_this', {}),
          calls('double', { value: 1 }, { expectsResponse: false }),
          calls('end_call', {}),
          { step: 'stalls-for-ever' },
        ],
      },
    });
  });
  afterAll(async () => {
    await system.stop();
    await new Promise((resolve) => stock.close(resolve));
  });

  it('run on providers, fail in words, and end the call when one of them says so', async () => {
    const { record } = await system.place({ variables: { name: 'John' } });
    const conversation = await system.elevenlabs.nextConversation();
    const ended = await eventually(() => system.callRecord(record.id), isOver, 20_000);
    expect(ended).toMatchObject({ status: 'completed', endReason: 'agent-ended' });

    const results = conversation.toolResults.map(({ result, is_error: isError }) => ({ result, isError }));
    expect(results).toEqual([
      { result: '{"item":"ten of clubs","quantity":7}', isError: false },
      { result: expect.stringContaining('does not know "unicorn"'), isError: true },
      { result: expect.stringContaining('item: '), isError: true },
      { result: '{"result":42,"for":"John"}', isError: false },
      { result: expect.stringContaining('value must be an integer'), isError: true },
      { result: expect.stringContaining('not right'), isError: true },
      { result: expect.stringContaining('took too long'), isError: true },
      { result: expect.stringContaining('no tool named nobody_wrote_this'), isError: true },
      { result: expect.stringContaining('call ends'), isError: false },
    ]);
    // The stumble was tried again, and all requests went over one connection.
    expect(requests.map(({ path }) => path)).toEqual([
      '/stock?item=ten+of+clubs',
      '/stock?item=ten+of+clubs',
      '/stock?item=unicorn',
    ]);
    expect(new Set(requests.map(({ port }) => port)).size).toBe(1);
  });

  it('are listed with their schema', async () => {
    const tools = await system.request<{ data: { name: string; parameters: unknown }[] }>('GET', '/tools');
    expect(tools.body.data.map(({ name }) => name).toSorted()).toEqual([
      'check_inventory',
      'double',
      'end_call',
      'fragile',
      'hang',
      'press_keys',
      'transfer_call',
    ]);
    expect(tools.body.data.find(({ name }) => name === 'double')?.parameters).toEqual({
      type: 'object',
      properties: { value: { type: 'integer', description: 'A number to double.' } },
      required: ['value'],
    });
  });
});
