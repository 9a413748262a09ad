/**
 * The fields of Twilio's requests that this service reads. Twilio adds fields without notice, so the rest is let through.
 */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches } from 'class-validator';
import type { CallEvent } from '../core/call/call-machine.js';

export class VoiceRequestDto {
  @ApiProperty({ example: 'CA0123456789abcdef0123456789abcdef' })
  @Matches(/^CA[0-9a-fA-F]{32}$/, { message: 'expected CA and 32 hexadecimal digits' })
  CallSid!: string;

  /** E.164, or words such as `anonymous` for a withheld number. */
  @IsOptional()
  @IsString()
  From?: string;

  @IsOptional()
  @IsString()
  To?: string;

  @IsOptional()
  @IsString()
  Direction?: string;

  @IsOptional()
  @IsString()
  CallStatus?: string;
}

export class StatusCallbackDto extends VoiceRequestDto {
  /** Seconds, with `completed`. */
  @ApiPropertyOptional({ example: '42' })
  @IsOptional()
  @IsString()
  CallDuration?: string;
}

export class StreamCallbackDto {
  @ApiProperty({ example: 'CA0123456789abcdef0123456789abcdef' })
  @Matches(/^CA[0-9a-fA-F]{32}$/, { message: 'expected CA and 32 hexadecimal digits' })
  CallSid!: string;

  /** stream-started, stream-stopped or stream-error. */
  @IsString()
  StreamEvent!: string;

  @IsOptional()
  @IsString()
  StreamError?: string;
}

/** What a status says about the call; undefined for a status that is in no document. */
export function callEventOf({ CallStatus, CallSid, CallDuration }: StatusCallbackDto): CallEvent | undefined {
  const twilioCallSid = CallSid;
  switch (CallStatus) {
    case 'queued':
    case 'initiated':
    case 'ringing':
    case 'in-progress': {
      return { type: 'carrier.progressed', status: CallStatus, twilioCallSid };
    }
    case 'completed':
    case 'busy':
    case 'no-answer':
    case 'failed':
    case 'canceled': {
      const seconds = Number.parseInt(CallDuration ?? '', 10);
      const told = Number.isNaN(seconds) ? {} : { durationSeconds: seconds };
      return { type: 'carrier.ended', status: CallStatus, twilioCallSid, ...told };
    }
    default: {
      return undefined;
    }
  }
}
