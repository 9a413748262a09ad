/**
 * The fields of Twilio's recording callback that this service reads. Twilio adds fields without notice, so the rest is let through.
 */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches } from 'class-validator';
import type { RecordingCallback } from './recording-decisions.js';

export class RecordingCallbackDto {
  @ApiProperty({ example: 'CA0123456789abcdef0123456789abcdef' })
  @Matches(/^CA[0-9a-fA-F]{32}$/, { message: 'expected CA and 32 hexadecimal digits' })
  CallSid!: string;

  @ApiProperty({ example: 'RE0123456789abcdef0123456789abcdef' })
  @Matches(/^RE[0-9a-fA-F]{32}$/, { message: 'expected RE and 32 hexadecimal digits' })
  RecordingSid!: string;

  /** in-progress, completed or absent. */
  @IsString()
  RecordingStatus!: string;

  /** Seconds, with `completed`. */
  @ApiPropertyOptional({ example: '42' })
  @IsOptional()
  @IsString()
  RecordingDuration?: string;
}

/** What the callback says; undefined for a status that is in no document. */
export function callbackOf(told: RecordingCallbackDto): RecordingCallback | undefined {
  const { RecordingSid: sid, RecordingStatus: status, RecordingDuration } = told;
  if (status !== 'in-progress' && status !== 'completed' && status !== 'absent') return undefined;
  const seconds = Number.parseInt(RecordingDuration ?? '', 10);
  return { sid, status, durationSeconds: Number.isNaN(seconds) ? null : seconds };
}
