/**
 * One request of MCP's Streamable HTTP, answered by the protocol's own library: without sessions, so that it may come to any process.
 * Nothing here is imported before the first request: the library takes 31 MB and 0.2 s to load.
 */
import type { Request, Response } from 'express';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import type { McpTools } from './mcp-tools.js';

const SERVER = { name: 'cordboard', version: '1' };

export async function answerMcp(tools: McpTools, request: Request, response: Response): Promise<void> {
  const gone = new AbortController();
  const server = new Server(SERVER, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: tools.list() }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    const either = AbortSignal.any([gone.signal, signal]);
    const result = await tools.call(params.name, params.arguments ?? {}, either);
    if (result) return result;
    throw new McpError(ErrorCode.InvalidParams, `Unknown tool: ${params.name.slice(0, 64)}`);
  });
  // Plain answers instead of streams: nothing is told between a question and its answer.
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  response.once('close', () => {
    gone.abort();
    void server.close();
  });
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
}
