/** The tools as a program sees them that speaks MCP: through the protocol's own client, over HTTP, with a key. */
import { Module } from '@nestjs/common';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { IsInt } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { ToolScope } from '../../src/core/tool/tool.js';
import { Constant } from '../../src/tools/supplied.decorator.js';
import { CallTool, IndependentTool, Tool } from '../../src/tools/tool.decorator.js';
import { API_KEY, WholeSystem } from '../support/whole-system.js';

class DoubleInput {
  @JSONSchema({ description: 'A number.' })
  @IsInt()
  value!: number;
  @Constant(2)
  @IsInt()
  factor!: number;
}

@Tool({ name: 'double', description: 'Doubles.', input: DoubleInput })
class DoubleTool extends IndependentTool<DoubleInput> {
  run({ value, factor }: DoubleInput): object {
    return { result: value * factor };
  }
}

let given: (signal: AbortSignal) => void = () => undefined;

@Tool({ name: 'hang', description: 'Waits for ever.' })
class HangTool extends IndependentTool {
  run(_input: object, { signal }: ToolScope): Promise<never> {
    given(signal);
    return new Promise(() => undefined);
  }
}

@Tool({ name: 'about_the_call', description: 'Needs a call.' })
class AboutTheCallTool extends CallTool {
  run(): string {
    return 'never';
  }
}

@Module({ providers: [DoubleTool, HangTool, AboutTheCallTool] })
class ShopModule {}

describe('MCP', () => {
  let system: WholeSystem;
  const clients: Client[] = [];
  beforeAll(async () => {
    system = await WholeSystem.start({
      modules: [ShopModule],
      agent: { firstMessage: 'Never asked', steps: [] },
    });
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    await system.stop();
  });

  async function connect(key = API_KEY): Promise<Client> {
    const client = new Client({ name: 'a-test', version: '1' });
    clients.push(client);
    const requestInit = { headers: { authorization: `Bearer ${key}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(`${system.url}/mcp`), { requestInit }));
    return client;
  }

  it('offers the tools that need no call, with the arguments that are to be given', async () => {
    const client = await connect();
    const { tools } = await client.listTools();
    expect(tools).toEqual([
      {
        name: 'double',
        description: 'Doubles.',
        inputSchema: {
          type: 'object',
          properties: { value: { type: 'integer', description: 'A number.' } },
          required: ['value'],
        },
      },
      expect.objectContaining({ name: 'hang' }),
    ]);
  });

  it('runs them under the same rules as for an agent', async () => {
    const client = await connect();
    const good = await client.callTool({ name: 'double', arguments: { value: 21, factor: 100 } });
    expect(good).toMatchObject({ content: [{ type: 'text', text: '{"result":42}' }], isError: false });
    const bad = await client.callTool({ name: 'double', arguments: { value: 'many' } });
    expect(bad).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('value') }] });
    const { body } = await metrics();
    expect(body).toContain('cordboard_tool_runs_total{tool="double",outcome="ok"} 1');
  });

  it('does not know the others', async () => {
    const client = await connect();
    for (const name of ['about_the_call', 'end_call', 'none'])
      await expect(client.callTool({ name, arguments: {} })).rejects.toThrow(`Unknown tool: ${name}`);
  });

  it('gives up a tool when whoever asked is gone', async () => {
    const started = new Promise<AbortSignal>((resolve) => (given = resolve));
    const leaving = new AbortController();
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'hang', arguments: {} } };
    const answer = post(body, API_KEY, leaving.signal).catch(() => 'gone');
    const signal = await started;
    leaving.abort();
    expect(await answer).toBe('gone');
    if (!signal.aborted)
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    expect(signal.aborted).toBe(true);
  });

  it('is behind the key, and refuses what is no MCP', async () => {
    await expect(connect('not-a-key')).rejects.toThrow();
    expect((await post({}, 'not-a-key')).status).toBe(401);
    const odd = await post({ hello: 'there' });
    expect(odd.status).toBe(400);
    expect(await odd.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32_700 } });
    const stream = await fetch(`${system.url}/mcp`, { headers: { authorization: `Bearer ${API_KEY}` } });
    expect([stream.status, stream.headers.get('allow')]).toEqual([405, 'POST']);
  });

  function post(body: object, key = API_KEY, signal?: AbortSignal): Promise<Response> {
    return fetch(`${system.url}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
  }

  async function metrics(): Promise<{ body: string }> {
    const answer = await fetch(`${system.url}/metrics`, { headers: { authorization: `Bearer ${API_KEY}` } });
    return { body: await answer.text() };
  }
});
