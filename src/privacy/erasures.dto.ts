/**
 * Requests and answers about the erasure of a person. The doc comments become the OpenAPI document.
 */
import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';

export class ErasureRequestDto {
  /** The number of the person, E.164: who was called at it, or rang us from it. */
  @ApiProperty({ example: '+14155550123' })
  @Matches(/^\+[1-9]\d{6,14}$/, { message: 'expected an E.164 number like +14155550123' })
  number!: string;
}

export class ErasureFaultDto {
  callId!: string;
  /** What could not be deleted: `recording`, `elevenlabs` (the conversation there) or `twilio` (the log of the call there). */
  @ApiProperty({ enum: ['recording', 'elevenlabs', 'twilio'] })
  at!: string;
  detail!: string;
}

export class ErasureDto {
  /** How many calls say nothing of the person any more. */
  erased!: number;
  /** Calls that have not ended yet: send the request again afterwards. */
  @ApiProperty({ type: [String] })
  live!: readonly string[];
  /** Calls of which something could not be deleted, and whose records were therefore left: send the request again. */
  @ApiProperty({ type: [ErasureFaultDto] })
  failed!: readonly ErasureFaultDto[];
  /** False when there are more calls than one request takes: send it again. */
  complete!: boolean;
}
