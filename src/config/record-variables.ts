/**
 * Variables of what is kept and told about calls: store, recordings, webhooks, cost.
 */
import {
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateBy,
} from 'class-validator';
import { Transform } from 'class-transformer';
import { LimitVariables } from './limit-variables.js';
import { ANY_HTTP, flag, integer, usdMicros } from './transforms.js';
import { Variable } from './variable.js';

/** A person is found by the number: what is kept longer could not be erased when they ask for it. */
function isLongest(days: unknown, all: unknown): boolean {
  if (days === 0 || !(all instanceof RecordVariables)) return true;
  const others = [all.TRANSCRIPT_RETENTION_DAYS, all.RECORDING_RETENTION_DAYS];
  return typeof days === 'number' && others.every((other) => other > 0 && other <= days);
}

export class RecordVariables extends LimitVariables {
  @Variable({
    group: 'Record',
    about:
      'Postgres server, postgres://user:password@host:5432/database; unset: an embedded Postgres under DATA_DIR. A pooler in front of it must pool by session.',
    secret: true,
  })
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/\S+$/, {
    message: 'expected an address like postgres://user:password@host:5432/database',
  })
  DATABASE_URL?: string;

  @Variable({ group: 'Record', about: 'Directory of the embedded Postgres and of recordings made here.' })
  @IsString()
  @MinLength(1)
  DATA_DIR: string = './data';

  @Variable({ group: 'Record', about: 'Whether calls are recorded that do not say: true or false.' })
  @Transform(flag)
  @IsBoolean({ message: 'expected true or false' })
  RECORD_CALLS: boolean = false;

  @Variable({
    group: 'Record',
    about:
      'Who records: service (here, from the audio that is relayed) or twilio (there, at its price, fetched when asked for).',
  })
  @Matches(/^(service|twilio)$/, { message: 'expected service or twilio' })
  RECORDING_SOURCE: 'service' | 'twilio' = 'service';

  @Variable({ group: 'Record', about: 'Days after which a recording is deleted; 0: never.' })
  @Transform(integer)
  @IsInt()
  @Min(0)
  @Max(36_500)
  RECORDING_RETENTION_DAYS: number = 0;

  @Variable({
    group: 'Record',
    about:
      'Days after which what was said, pressed and looked up in a call is taken out of its record, and what was made of it; 0: never.',
  })
  @Transform(integer)
  @IsInt()
  @Min(0)
  @Max(36_500)
  TRANSCRIPT_RETENTION_DAYS: number = 0;

  @Variable({
    group: 'Record',
    about:
      'Days after which the number of the other side is taken out of the record, with variables, overrides and metadata; 0: never. No fewer than those of transcripts and recordings.',
  })
  @Transform(integer)
  @IsInt()
  @Min(0)
  @Max(36_500)
  @ValidateBy({
    name: 'isLongest',
    validator: {
      validate: (days, details) => isLongest(days, details?.object),
      defaultMessage: () =>
        'must not be shorter than TRANSCRIPT_RETENTION_DAYS and RECORDING_RETENTION_DAYS, which must be set then: without the number nobody could have the rest of it erased',
    },
  })
  NUMBER_RETENTION_DAYS: number = 0;

  @Variable({
    group: 'Record',
    about:
      'Seconds without a sign of life after which a replica is taken for dead and its calls are taken over.',
  })
  @Transform(integer)
  @IsInt()
  @Min(2)
  @Max(600)
  REPLICA_TIMEOUT_SECONDS: number = 30;

  @Variable({
    group: 'Webhooks',
    about:
      'Signs the webhooks of this service (Standard Webhooks): whsec_ and base64 of 24 to 64 random bytes.',
    from: 'make one: echo "whsec_$(openssl rand -base64 32)"',
    secret: true,
  })
  @IsOptional()
  @Matches(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, { message: 'expected whsec_ and base64 of 24 to 64 bytes' })
  WEBHOOK_SECRET?: string;

  @Variable({
    group: 'Webhooks',
    about: 'Where the events of calls are posted to that name no webhookUrl.',
    example: 'https://app.example.com/hooks/calls',
  })
  @IsOptional()
  @IsUrl(ANY_HTTP, { message: 'expected an http(s) address' })
  @ValidateBy({
    name: 'isSigned',
    validator: {
      validate: (_url, details) =>
        details?.object instanceof RecordVariables && details.object.WEBHOOK_SECRET !== undefined,
      defaultMessage: () => 'needs WEBHOOK_SECRET, which signs what is posted there',
    },
  })
  WEBHOOK_URL?: string;

  @Variable({
    group: 'Webhooks',
    about: 'Whether webhooks may go to private, loopback and link-local addresses: true or false.',
  })
  @Transform(flag)
  @IsBoolean({ message: 'expected true or false' })
  WEBHOOK_ALLOW_PRIVATE: boolean = false;

  @Variable({
    group: 'Cost',
    about:
      'USD that all calls of a day (UTC) may cost together, known plus estimated; a call that would cross it is refused. Unset: no limit.',
    example: '50',
  })
  @IsOptional()
  @Transform(usdMicros)
  @IsInt({ message: 'expected USD like 50 or 12.50' })
  @Min(0, { message: 'expected USD like 50 or 12.50' })
  DAILY_BUDGET_USD?: number;

  @Variable({
    group: 'Cost',
    about:
      'USD for each minute of the phone line that has begun, for estimates; Twilio charges by destination.',
    byDefault: '0.0184',
  })
  @Transform(usdMicros)
  @IsInt({ message: 'expected USD like 0.0184' })
  @Min(0, { message: 'expected USD like 0.0184' })
  TWILIO_USD_PER_MINUTE: number = 18_400;

  @Variable({
    group: 'Cost',
    about: 'USD for each minute of the agent, for estimates; your plan says what it is.',
    byDefault: '0.08',
  })
  @Transform(usdMicros)
  @IsInt({ message: 'expected USD like 0.08' })
  @Min(0, { message: 'expected USD like 0.08' })
  ELEVENLABS_USD_PER_MINUTE: number = 80_000;

  @Variable({
    group: 'Cost',
    about:
      'How many seconds a call is expected to take, for what it counts in the budget before it has ended. One that asks for more than MAX_DURATION_SECONDS counts whole.',
  })
  @Transform(integer)
  @IsInt()
  @Min(0)
  @Max(14_400)
  EXPECTED_CALL_SECONDS: number = 180;
}
