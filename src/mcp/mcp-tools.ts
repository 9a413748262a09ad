/**
 * What a program that speaks MCP sees of the tools: those that need no call, with the arguments that it has to give, run by the same
 * runner and under the same limits as for an agent.
 */
import { Injectable } from '@nestjs/common';
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import { ToolRunner } from '../core/tool/tool.js';
import { ToolRegistry } from '../tools/tool-registry.js';
import { isSupplied, type AgentSchema } from '../tools/tool-schema.js';

@Injectable()
export class McpTools {
  constructor(
    private readonly registry: ToolRegistry,
    private readonly runner: ToolRunner,
  ) {}

  list(): Tool[] {
    return this.registry
      .all()
      .filter(({ needsCall }) => !needsCall)
      .map(({ name, options, schema }) => ({
        name,
        description: options.description,
        inputSchema: { ...openSchema(schema), type: 'object' },
      }));
  }

  /** Undefined: no such tool is offered. */
  async call(
    name: string,
    input: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<CallToolResult | undefined> {
    const tool = this.registry.find(name);
    if (!tool || tool.needsCall) return undefined;
    const scope = { variables: {}, signal, progress: () => undefined };
    const { text, outcome } = await this.runner.run({ id: 'mcp', name, input, expectsResponse: true }, scope);
    return { content: [{ type: 'text', text }], isError: outcome !== 'ok' };
  }
}

/** Without what the service puts in itself. */
function openSchema(schema: AgentSchema): AgentSchema {
  if (schema['type'] === 'array' && isSchema(schema['items']))
    return { ...schema, items: openSchema(schema['items']) };
  if (!isSchema(schema['properties'])) return schema;
  const open = Object.entries(schema['properties']).filter(
    (entry): entry is [string, AgentSchema] => isSchema(entry[1]) && !isSupplied(entry[1]),
  );
  return { ...schema, properties: Object.fromEntries(open.map(([name, part]) => [name, openSchema(part)])) };
}

function isSchema(value: unknown): value is AgentSchema {
  return typeof value === 'object' && value !== null;
}
