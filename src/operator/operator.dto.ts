/**
 * What operators send about live calls. The doc comments become the OpenAPI document.
 */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { KEYS } from '../core/audio/keypad-tones.js';
import type { MessageRole } from '../core/bridge/operator-hand.js';
import { TRANSFER_MODES, type TransferMode } from '../core/call/transfer.js';

/** Of any length: one that is too short gets an answer of its own. */
const DIALLABLE = /^\+[1-9]\d{1,14}$/;
const E164_FAULT = 'expected an E.164 number like +14155550123';

export class TransferDto {
  /** The person to ring, E.164. The rules and limits of `POST /calls` hold for it. */
  @ApiProperty({ example: '+14155550199' })
  @Matches(DIALLABLE, { message: E164_FAULT })
  to!: string;

  /** Spoken to the caller before it rings, by Twilio. */
  @ApiPropertyOptional({ example: 'One moment, I am putting you through.' })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(1000)
  message?: string;

  /** Spoken to the person alone, before both are joined. */
  @ApiPropertyOptional({ example: 'John Miller asks about order seven.' })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(2000)
  summary?: string;

  /** `cold`: both are joined when the person picks up. `warm`: the person hears the summary and accepts with a key. */
  @ApiPropertyOptional({ enum: TRANSFER_MODES, default: 'cold' })
  @IsOptional()
  @IsIn(TRANSFER_MODES)
  mode?: TransferMode;
}

export class MessageDto {
  /** For the agent, not for the caller's ears. */
  @ApiProperty({ example: 'The caller is a premium customer.' })
  @IsString()
  @MinLength(1)
  @MaxLength(4000)
  text!: string;

  /** `context`: the agent knows it and need not answer. `user`: counts as a turn of the caller, which the agent answers. */
  @ApiProperty({ enum: ['context', 'user'] })
  @IsIn(['context', 'user'])
  role!: MessageRole;
}

export class DtmfDto {
  /** Keys to press: digits, `*`, `#`, `A` to `D`; `w` waits half a second, `W` a whole one. */
  @ApiProperty({ example: '1w2#' })
  @IsString()
  @Matches(KEYS, { message: 'expected digits, *, #, A to D, w and W' })
  @MaxLength(32)
  digits!: string;
}

export class MuteDto {
  /** Whether what the agent says is kept from the caller. The agent goes on hearing the caller. */
  @ApiProperty()
  @IsBoolean()
  muted!: boolean;
}

export class TakeoverDto {
  /** A phone to hand the caller to, E.164. Without it, the audio socket of the same key speaks to the caller. */
  @ApiPropertyOptional({ example: '+14155550199' })
  @IsOptional()
  @Matches(DIALLABLE, { message: E164_FAULT })
  to?: string;
}
