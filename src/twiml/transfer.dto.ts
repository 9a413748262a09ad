/**
 * The fields that Twilio sends about a dial and the leg of a person, beside those of every request (reference twilio.md 4.3).
 */
import { IsOptional, IsString, Matches } from 'class-validator';
import { StatusCallbackDto } from './twilio-webhook.dto.js';

export class TransferRequestDto extends StatusCallbackDto {
  /** Of the leg of a person: the call that dialled it. */
  @IsOptional()
  @IsString()
  ParentCallSid?: string;

  /** With the `action` of a dial: completed, answered, busy, no-answer, failed or canceled. */
  @IsOptional()
  @IsString()
  DialCallStatus?: string;

  /** Of the leg of the person. */
  @IsOptional()
  @Matches(/^CA[0-9a-fA-F]{32}$/, { message: 'expected CA and 32 hexadecimal digits' })
  DialCallSid?: string;

  /** `true` when both were joined. */
  @IsOptional()
  @IsString()
  DialBridged?: string;

  /** Keys that the person pressed. */
  @IsOptional()
  @IsString()
  Digits?: string;
}
