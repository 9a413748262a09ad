/**
 * Shows the tools that were found at boot, as ElevenLabs takes them, and brings ElevenLabs in step with them.
 */
import { Body, Controller, Get, HttpCode, Post, Query, UsePipes } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Environment } from '../config/environment.js';
import { inputPipe } from '../ops/input.pipe.js';
import { ApiProblems } from '../ops/problem.js';
import { clientToolConfig } from './client-tool-config.js';
import { agentIdsOf } from './sync/tool-agents.js';
import { ToolSync, type SyncReport } from './sync/tool-sync.js';
import { ToolRegistry } from './tool-registry.js';
import { ToolListDto, ToolSyncDto, ToolSyncQueryDto, ToolSyncRequestDto } from './tools.dto.js';

@ApiTags('Tools')
@ApiBearerAuth()
@ApiProblems('unauthorized', 'rate-limited', 'internal')
@UsePipes(inputPipe())
@Controller('tools')
export class ToolsController {
  constructor(
    private readonly registry: ToolRegistry,
    private readonly sync: ToolSync,
    private readonly environment: Environment,
  ) {}

  @ApiOperation({ summary: 'The tools that agents can call.' })
  @ApiOkResponse({ type: ToolListDto })
  @Get()
  list(): ToolListDto {
    const data = this.registry.all().map((tool) => ({
      name: tool.name,
      description: tool.options.description,
      timeoutMs: tool.options.timeoutMs,
      expectsResponse: tool.options.expectsResponse,
      needsCall: tool.needsCall,
      maxConcurrent: tool.options.maxConcurrent,
      parameters: tool.schema,
      definition: clientToolConfig(tool),
    }));
    return { data, nextCursor: null };
  }

  @ApiOperation({
    summary: 'Push the tools to agents at ElevenLabs, or report drift.',
    description:
      'Makes and updates client tools and attaches them. Tools that this service does not own are left alone: ours carry the mark `[cordboard:TOOLS_OWNER]` at the end of their description. A second time does nothing.',
  })
  @ApiOkResponse({ type: ToolSyncDto })
  @ApiProblems(
    'bad-input',
    'malformed-body',
    'agent-unauthorized',
    'agent-not-found',
    'agent-unreachable',
    'tools-refused',
  )
  @Post('sync')
  @HttpCode(200)
  async push(
    @Query() { dryRun = false }: ToolSyncQueryDto,
    @Body() { agentIds, prune = false, adopt = false }: ToolSyncRequestDto,
  ): Promise<ToolSyncDto> {
    const agents = agentIdsOf(this.environment, agentIds);
    const request = { agentIds: agents, dryRun, prune, adopt };
    return syncDto(dryRun, await this.sync.run(this.registry.all(), request));
  }
}

function syncDto(dryRun: boolean, { inStep, plan, done }: SyncReport): ToolSyncDto {
  const tools = plan.tools.map(({ id, differences, note, ...step }) => ({
    ...step,
    id: id ?? null,
    differences: differences.map(({ field, here, there }) => ({
      field,
      here: here ?? null,
      there: there ?? null,
    })),
    note: note ?? null,
  }));
  return { dryRun, inStep, tools, agents: [...plan.agents], done };
}
