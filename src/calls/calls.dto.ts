/**
 * What clients send about calls. The doc comments become the OpenAPI document.
 */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsISO8601,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { CALL_STATUSES, type CallStatus } from '../core/call/call.js';
import { LANGUAGE } from '../config/words-by-language.js';
import { IsVariables } from './variables.js';

const E164 = /^\+[1-9]\d{6,14}$/;
/** Of any length: one that is too short gets an answer of its own. */
const DIALLABLE = /^\+[1-9]\d{1,14}$/;
const ID = /^[\w-]{1,100}$/;
const E164_FAULT = 'expected an E.164 number like +14155550123';
const NOT_YET = 'is not supported by this version; leave it out';

export class OverridesDto {
  /** What the agent says first. */
  @ApiPropertyOptional({ example: 'Hi, John, this is the card shop.' })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(5000)
  firstMessage?: string;

  /** The agent's system prompt. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(50_000)
  prompt?: string;

  /** Language code, such as `en` or `de`. */
  @ApiPropertyOptional({ example: 'en' })
  @IsOptional()
  @Matches(LANGUAGE, { message: 'expected a language code like en or pt-br' })
  language?: string;

  /** Voice of ElevenLabs. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  voiceId?: string;
}

function isMetadata(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= 50 &&
    entries.every(([name, text]) => name.length <= 64 && typeof text === 'string' && text.length <= 500)
  );
}

export class PlaceCallDto {
  /** The number to dial, E.164. */
  @ApiProperty({ example: '+14155550123' })
  @Matches(DIALLABLE, { message: E164_FAULT })
  to!: string;

  /** Caller id, E.164: a number of the Twilio account. Default: TWILIO_PHONE_NUMBER. */
  @ApiPropertyOptional({ example: '+14155550100' })
  @IsOptional()
  @Matches(E164, { message: E164_FAULT })
  from?: string;

  /** The ElevenLabs agent that answers. Default: ELEVENLABS_AGENT_ID. */
  @IsOptional()
  @Matches(ID, { message: 'expected the id of an agent, like agent_01hx' })
  agentId?: string;

  /** Values for the agent's `{{placeholders}}`: strings, numbers and booleans, at most 50. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] },
    example: { name: 'John' },
  })
  @IsOptional()
  @IsVariables()
  variables?: Record<string, string | number | boolean>;

  /** Settings of the agent to replace for this call; each must be allowed in the agent's security settings. */
  @IsOptional()
  // The next rule alone takes a list for its elements.
  @IsObject()
  @ValidateNested()
  @Type(() => OverridesDto)
  overrides?: OverridesDto;

  /** Seconds the phone rings before the call counts as not answered. */
  @ApiPropertyOptional({ minimum: 5, maximum: 600, default: 60 })
  @IsOptional()
  @IsInt()
  @Min(5)
  @Max(600)
  ringTimeoutSeconds?: number;

  /** Seconds after which the call is ended, here and at Twilio. */
  @ApiPropertyOptional({ minimum: 10, maximum: 14_400, default: 3600 })
  @IsOptional()
  @IsInt()
  @Min(10)
  @Max(14_400)
  maxDurationSeconds?: number;

  /** Your own labels, kept with the call: at most 50, values of at most 500 characters. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { order: '4711' },
  })
  @IsOptional()
  @ValidateBy({
    name: 'isMetadata',
    validator: {
      validate: isMetadata,
      defaultMessage: () =>
        'expected at most 50 names of at most 64 characters with texts of at most 500 characters',
    },
  })
  metadata?: Record<string, string>;

  /** Whether to record the call; RECORD_CALLS where it does not say. Whether you may is for the law where the callee is. */
  @IsOptional()
  @IsBoolean()
  record?: boolean;

  /** Where the events of this call are posted to, instead of WEBHOOK_URL. Signed with WEBHOOK_SECRET, which must be set. */
  @ApiPropertyOptional({ example: 'https://app.example.com/hooks/calls' })
  @IsOptional()
  @IsUrl(
    { require_tld: false, require_protocol: true, protocols: ['http', 'https'] },
    { message: 'expected an http(s) address' },
  )
  @MaxLength(2000)
  webhookUrl?: string;

  /** Machine detection is not part of this version; only `off` is accepted. */
  @ApiPropertyOptional({ enum: ['off'] })
  @IsOptional()
  @IsIn(['off'], { message: NOT_YET })
  machineDetection?: string;
}

export class CallQueryDto {
  /** Only calls in this status. */
  @ApiPropertyOptional({ enum: CALL_STATUSES })
  @IsOptional()
  @IsIn(CALL_STATUSES)
  status?: CallStatus;

  /** Only calls to this number. */
  @IsOptional()
  @Matches(E164, { message: E164_FAULT })
  to?: string;

  /** Only calls of this agent. */
  @IsOptional()
  @Matches(ID, { message: 'expected letters, digits, _ and -, at most 100' })
  agentId?: string;

  /** Only calls of this campaign. */
  @IsOptional()
  @Matches(ID, { message: 'expected letters, digits, _ and -, at most 100' })
  campaignId?: string;

  /** Only calls created at this time or later, ISO 8601. */
  @ApiPropertyOptional({ example: '2026-11-23T00:00:00Z' })
  @IsOptional()
  @IsISO8601({ strict: true }, { message: 'expected a time like 2026-11-23T00:00:00Z' })
  createdFrom?: string;

  /** Only calls created at this time or earlier, ISO 8601. */
  @IsOptional()
  @IsISO8601({ strict: true }, { message: 'expected a time like 2026-11-23T00:00:00Z' })
  createdTo?: string;

  /** Calls on a page. */
  @ApiPropertyOptional({ minimum: 1, maximum: 100, default: 20 })
  @IsOptional()
  @Transform(({ value }) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value))
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 20;

  /** `nextCursor` of the page before. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  cursor?: string;
}
