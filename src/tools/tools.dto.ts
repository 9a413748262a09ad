/**
 * What the REST API tells of tools, and what it takes for a sync.
 */
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsOptional,
  IsString,
  MaxLength,
  MinLength,
} from 'class-validator';
import type { SyncAct } from './sync/tool-sync.js';
import type { ToolState } from './sync/sync-plan.js';

export class ToolDto {
  @ApiProperty({ example: 'check_inventory' })
  name!: string;
  description!: string;
  /** Milliseconds after which the agent is told that the tool took too long. */
  timeoutMs!: number;
  /** Whether the agent waits for the result. */
  expectsResponse!: boolean;
  /** Whether it makes sense only during a call; the others are offered by MCP too. */
  needsCall!: boolean;
  /** How many of it may run at once in one process. */
  maxConcurrent!: number;
  /** Parameters in the dialect of ElevenLabs' client tools. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  parameters!: Readonly<Record<string, unknown>>;
  /** The whole tool as ElevenLabs takes it: `tool_config` of its REST API. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  definition!: object;
}

export class ToolListDto {
  @ApiProperty({ type: [ToolDto] })
  data!: ToolDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class ToolSyncQueryDto {
  /** Only says what differs, and changes nothing. Default false. */
  @ApiProperty({ required: false })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean({ message: 'expected true or false' })
  dryRun?: boolean;
}

export class ToolSyncRequestDto {
  /** Agents that get the tools. Default: TOOLS_AGENT_IDS, or ELEVENLABS_AGENT_ID. */
  @ApiProperty({ required: false, type: [String] })
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @MinLength(1, { each: true })
  @MaxLength(200, { each: true })
  agentIds?: string[];

  /** Takes tools of ours that are no longer defined off these agents, and deletes those that no other agent has. Default false. */
  @ApiProperty({ required: false })
  @IsOptional()
  @IsBoolean()
  prune?: boolean;

  /** Takes over client tools of the same name that an agent has and that somebody else made. Default false. */
  @ApiProperty({ required: false })
  @IsOptional()
  @IsBoolean()
  adopt?: boolean;
}

export class ToolDifferenceDto {
  @ApiProperty({ example: 'parameters.properties.item.description' })
  field!: string;
  /** What this service says, as JSON; null where it says nothing. */
  @ApiProperty({ type: String, nullable: true })
  here!: string | null;
  /** What ElevenLabs has, as JSON; null where it has nothing. */
  @ApiProperty({ type: String, nullable: true })
  there!: string | null;
}

export class SyncedToolDto {
  name!: string;
  /** What was found: `conflict` is a tool of the same name that is not ours, `stale` one of ours that is no longer defined. */
  @ApiProperty({ enum: ['same', 'create', 'update', 'conflict', 'stale'] })
  state!: ToolState;
  /** At ElevenLabs; null until it is made. */
  @ApiProperty({ type: String, nullable: true })
  id!: string | null;
  @ApiProperty({ type: [ToolDifferenceDto] })
  differences!: ToolDifferenceDto[];
  @ApiProperty({ type: String, nullable: true })
  note!: string | null;
}

export class SyncedAgentDto {
  agentId!: string;
  /** Names of tools that it lacked. */
  @ApiProperty({ type: [String] })
  attach!: readonly string[];
  /** Ids of stale tools that it had. */
  @ApiProperty({ type: [String] })
  detach!: readonly string[];
}

export class SyncDeedDto {
  @ApiProperty({ enum: ['created', 'updated', 'attached', 'detached', 'deleted', 'kept'] })
  act!: SyncAct;
  tool!: string;
  @ApiProperty({ type: String, nullable: true })
  agentId!: string | null;
}

export class ToolSyncDto {
  dryRun!: boolean;
  /** Whether there was nothing to do. */
  inStep!: boolean;
  @ApiProperty({ type: [SyncedToolDto] })
  tools!: SyncedToolDto[];
  @ApiProperty({ type: [SyncedAgentDto] })
  agents!: SyncedAgentDto[];
  /** What was done, in this order; nothing in a dry run. */
  @ApiProperty({ type: [SyncDeedDto] })
  done!: readonly SyncDeedDto[];
}
