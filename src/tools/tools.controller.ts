/**
 * Shows the tools that were found at boot, with the schema of their arguments as ElevenLabs takes it.
 */
import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../ops/problem.js';
import { ToolRegistry } from './tool-registry.js';

export class ToolDto {
  @ApiProperty({ example: 'check_inventory' })
  name!: string;
  description!: string;
  /** Milliseconds after which the agent is told that the tool took too long. */
  timeoutMs!: number;
  /** Whether the agent waits for the result. */
  expectsResponse!: boolean;
  /** Parameters in the dialect of ElevenLabs' client tools. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  parameters!: Readonly<Record<string, unknown>>;
}

export class ToolListDto {
  @ApiProperty({ type: [ToolDto] })
  data!: ToolDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

@ApiTags('Tools')
@ApiBearerAuth()
@ApiProblems('unauthorized', 'rate-limited', 'internal')
@Controller('tools')
export class ToolsController {
  constructor(private readonly registry: ToolRegistry) {}

  @ApiOperation({ summary: 'The tools that agents can call.' })
  @ApiOkResponse({ type: ToolListDto })
  @Get()
  list(): ToolListDto {
    const data = this.registry
      .all()
      .map(({ name, options: { description, timeoutMs, expectsResponse }, schema }) => ({
        name,
        description,
        timeoutMs,
        expectsResponse,
        parameters: schema,
      }));
    return { data, nextCursor: null };
  }
}
