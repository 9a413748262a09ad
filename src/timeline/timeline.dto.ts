/**
 * What clients send and get about timelines. The doc comments become the OpenAPI document.
 */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { TIMELINE_TYPES, type TimelineType } from '../core/call/timeline.js';
import { HEARD_IS, type HeardIs } from '../core/call/transcript.js';

export class EventQueryDto {
  /** Events on a page of JSON; an event stream has no pages. */
  @ApiPropertyOptional({ minimum: 1, maximum: 1000, default: 100 })
  @IsOptional()
  @Transform(({ value }) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value))
  @IsInt()
  @Min(1)
  @Max(1000)
  limit: number = 100;

  /** Where to go on: `nextCursor` of the page before. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  cursor?: string;

  /** The same as the header `Last-Event-ID`, for clients that cannot set it; the header goes first. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  lastEventId?: string;
}

export class EventDto {
  /** Unique among the events of all calls. */
  @ApiProperty({ example: 'evt_0c3b7e3f9d6a4f0e8b1d2c3a4f5e6d7c_12' })
  id!: string;
  /** Its place in its call: 1, 2, 3, … without a gap. */
  @ApiProperty({ example: 12 })
  seq!: number;
  @ApiProperty({ example: 'call_0c3b7e3f9d6a4f0e8b1d2c3a4f5e6d7c' })
  callId!: string;
  @ApiProperty({ enum: TIMELINE_TYPES, example: 'turn.caller' })
  type!: TimelineType;
  /** When it happened; a little before it was written, longer while the store was away. */
  @ApiProperty({ example: '2026-11-23T09:30:00.123Z' })
  at!: string;
  /** By type: see docs/timeline.md. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { text: 'Is it still open?', eventId: 4 },
  })
  details!: Readonly<Record<string, unknown>>;
}

export class EventListDto {
  @ApiProperty({ type: [EventDto] })
  data!: EventDto[];
  /** Null on the last page of a call; of the events of all calls there is no last page. */
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class TurnDto {
  /** Who said it; `tool` for what a tool was asked and answered. */
  @ApiProperty({ enum: ['agent', 'caller', 'tool'] })
  role!: 'agent' | 'caller' | 'tool';
  /** What was said; the digits of a keypad; what the tool answered, empty while it runs. */
  text!: string;
  /** What of it had been played when the caller cut in or the line went; the whole text otherwise. Null for a tool. */
  @ApiProperty({ type: String, nullable: true })
  heard!: string | null;
  /** When it was told; a caller's words are told a moment after they were said. */
  @ApiProperty({ example: '2026-11-23T09:30:00.123Z' })
  at!: string;
  /** Of the agent. `played`: nothing was cut. `corrected`: the agent's own account. `estimated`: by the audio played. */
  @ApiPropertyOptional({ enum: HEARD_IS })
  heardIs?: HeardIs;
  /** Of the caller. */
  @ApiPropertyOptional({ enum: ['speech', 'keypad'] })
  kind?: 'speech' | 'keypad';
  /** Of a tool. */
  toolCallId?: string;
  /** Of a tool. */
  @ApiPropertyOptional({ example: 'check_inventory' })
  name?: string;
  /** Of a tool: its arguments. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  input?: Readonly<Record<string, unknown>>;
  /** Of a tool: `ok`, or what went wrong; null while it runs. */
  @ApiPropertyOptional({ type: String, nullable: true, example: 'ok' })
  outcome?: string | null;
  /** Of a tool. */
  @ApiPropertyOptional({ type: Number, nullable: true })
  durationMs?: number | null;
}

export class TranscriptDto {
  @ApiProperty({ type: [TurnDto] })
  data!: TurnDto[];
  /** A transcript is given whole. */
  @ApiProperty({ type: String, nullable: true, example: null })
  nextCursor!: null;
}
