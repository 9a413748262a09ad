/**
 * The door for programs that speak MCP (Streamable HTTP): the bearer key and the limits of the REST API.
 */
import { Controller, Delete, Get, HttpStatus, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiProblems } from '../ops/problem.js';
import { McpTools } from './mcp-tools.js';

@ApiTags('Tools')
@ApiBearerAuth()
@ApiProblems('unauthorized', 'rate-limited', 'internal')
@Controller('mcp')
export class McpController {
  constructor(private readonly tools: McpTools) {}

  @ApiOperation({
    summary: 'The tools that need no call, for programs that speak MCP.',
    description:
      'Model Context Protocol over Streamable HTTP, without sessions: JSON-RPC in the body, `Accept: application/json, text/event-stream`. Errors of the protocol are JSON-RPC errors.',
  })
  @Post()
  async post(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { answerMcp } = await import('./mcp-server.js');
    await answerMcp(this.tools, request, response);
  }

  /** A client asks here for a stream of its own, and is told by this status that there is none (specification of the transport). */
  @ApiExcludeEndpoint()
  @Get()
  stream(@Res() response: Response): void {
    refuse(response);
  }

  /** There are no sessions to end. */
  @ApiExcludeEndpoint()
  @Delete()
  end(@Res() response: Response): void {
    refuse(response);
  }
}

function refuse(response: Response): void {
  const error = { code: -32_000, message: 'Method not allowed.' };
  response
    .status(HttpStatus.METHOD_NOT_ALLOWED)
    .setHeader('Allow', 'POST')
    .json({ jsonrpc: '2.0', error, id: null });
}
