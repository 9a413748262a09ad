/**
 * What clients ask and get about usage. The doc comments become the OpenAPI document.
 */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayNotEmpty,
  ArrayUnique,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  Matches,
  MaxLength,
  Min,
  ValidateBy,
} from 'class-validator';
import { CostDto } from '../calls/call.dto.js';
import { USAGE_GROUPS, type UsageGroup } from '../core/cost/usage.store.js';

const ID = /^[\w-]{1,100}$/;
const ID_FAULT = 'expected letters, digits, _ and -, at most 100';

/** One that the calendar has. */
function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const at = Date.parse(value);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(value);
}

const IsDay = (): PropertyDecorator =>
  ValidateBy({
    name: 'isDay',
    validator: { validate: isDay, defaultMessage: () => 'expected a day like 2026-11-23' },
  });

export class UsageQueryDto {
  /** First day, in UTC; 30 days up to `to` without it. */
  @ApiPropertyOptional({ example: '2026-11-01' })
  @IsOptional()
  @IsDay()
  from?: string;

  /** Last day, in UTC, itself included; today without it. */
  @ApiPropertyOptional({ example: '2026-11-30' })
  @IsOptional()
  @IsDay()
  to?: string;

  /** What gets rows of its own, separated by commas: `day`, `agent`, `campaign`. */
  @ApiPropertyOptional({ type: String, default: 'day,agent,campaign', example: 'day,agent' })
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value,
  )
  @ArrayNotEmpty({ message: 'expected some of day, agent, campaign' })
  @ArrayUnique({ message: 'names something twice' })
  @IsIn(USAGE_GROUPS, { each: true, message: 'expected some of day, agent, campaign, separated by commas' })
  groupBy: UsageGroup[] = [...USAGE_GROUPS];

  /** Only calls of this agent. */
  @IsOptional()
  @Matches(ID, { message: ID_FAULT })
  agentId?: string;

  /** Only calls of this campaign. */
  @IsOptional()
  @Matches(ID, { message: ID_FAULT })
  campaignId?: string;

  /** Rows on a page. */
  @ApiPropertyOptional({ minimum: 1, maximum: 1000, default: 100 })
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value,
  )
  @IsInt()
  @Min(1)
  @Max(1000)
  limit: number = 100;

  /** `nextCursor` of the page before. */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  cursor?: string;
}

/** Calls of one day, agent and campaign; what was not asked for in `groupBy` is null. */
export class UsageRowDto {
  /** On which the calls were created, in UTC. */
  @ApiProperty({ type: String, nullable: true, example: '2026-11-23' })
  day!: string | null;
  @ApiProperty({ type: String, nullable: true })
  agentId!: string | null;
  /** Also null for calls that belong to none. */
  @ApiProperty({ type: String, nullable: true })
  campaignId!: string | null;
  /** Answered or not, running ones included. */
  @ApiProperty({ example: 12 })
  calls!: number;
  /** From answer to end. */
  @ApiProperty({ example: 1534 })
  durationSeconds!: number;
  /** The same in minutes, to two digits; not rounded up for each call. */
  @ApiProperty({ example: 25.57 })
  minutes!: number;
  cost!: CostDto;
}

/** DAILY_BUDGET_USD and what is left of it. US dollars as decimal text. */
export class BudgetDto {
  /** In UTC. */
  @ApiProperty({ example: '2026-11-23' })
  day!: string;
  @ApiProperty({ example: '50.0000' })
  limit!: string;
  /** By calls of the day that have ended: charged, or estimated where that is not known yet. */
  @ApiProperty({ example: '12.3400' })
  spent!: string;
  /** For calls in flight, at what they are expected to cost. */
  @ApiProperty({ example: '0.5904' })
  reserved!: string;
  /** For new calls; never below zero. */
  @ApiProperty({ example: '37.0696' })
  left!: string;
}

export class UsageDto {
  /** In the order of day, agent and campaign. */
  @ApiProperty({ type: [UsageRowDto] })
  data!: UsageRowDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
  /** Of today; null without DAILY_BUDGET_USD. */
  @ApiProperty({ type: BudgetDto, nullable: true })
  budget!: BudgetDto | null;
}
