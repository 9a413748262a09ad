/**
 * Variables of the service itself: where it listens, how it is reached and stopped.
 */
import {
  ArrayNotEmpty,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  MinLength,
} from 'class-validator';
import { Transform } from 'class-transformer';
import { IsPublicAddress } from './public-address.js';
import { integer, list, MOST_WORKERS, withoutSlash, workerCount } from './transforms.js';
import { Variable } from './variable.js';
import { AreWordsByLanguage, LANGUAGE, wordsByLanguage, type WordsByLanguage } from './words-by-language.js';

const LOG_LEVELS = /^(fatal|error|warn|info|debug|trace|silent)$/;

export class ServiceVariables {
  @Variable({ group: 'Service', about: 'Port for HTTP and WebSocket.' })
  @Transform(integer)
  @IsInt()
  @Min(0)
  @Max(65_535)
  PORT: number = 3000;

  @Variable({ group: 'Service', about: 'Address to listen on.' })
  @IsString()
  @MinLength(1)
  HOST: string = '0.0.0.0';

  @Variable({
    group: 'Service',
    about:
      'The https address at which Twilio reaches this service; wss:// follows from it, and all signatures are checked against it.',
    from: 'your domain, or the address your tunnel prints',
    example: 'https://calls.example.com',
    required: true,
  })
  @Transform(withoutSlash)
  @IsPublicAddress()
  PUBLIC_URL!: string;

  @Variable({
    group: 'Service',
    about: 'Bearer keys of the REST API, separated by commas, each at least 24 characters.',
    from: 'make one: openssl rand -hex 24',
    secret: true,
    required: true,
  })
  @Transform(list)
  @ArrayNotEmpty()
  @MinLength(24, { each: true, message: 'each key needs at least 24 characters' })
  API_KEYS!: string[];

  @Variable({ group: 'Service', about: 'fatal, error, warn, info, debug, trace or silent.' })
  @Matches(LOG_LEVELS, { message: 'expected fatal, error, warn, info, debug, trace or silent' })
  LOG_LEVEL: string = 'info';

  @Variable({
    group: 'Service',
    about:
      'Processes that share the port and the store, each a replica with calls of its own: 1 to 64, or auto for one on each core. 1: a single process.',
  })
  @Transform(workerCount)
  @IsInt({ message: 'expected a number from 1 to 64, or auto' })
  @Min(1)
  @Max(MOST_WORKERS)
  WORKERS: number = 1;

  @Variable({ group: 'Service', about: 'How long SIGTERM waits for live calls, in seconds.' })
  @Transform(integer)
  @IsInt()
  @Min(0)
  @Max(86_400)
  DRAIN_TIMEOUT_SECONDS: number = 3600;

  @Variable({
    group: 'Service',
    about:
      "What the caller hears when the agent fails, spoken by Twilio: one text, or texts by language as JSON. Unset: words of the service's own in the language of the call. Empty: the line is hung up without a word.",
    example: '{"en":"Sorry, please call again later.","de":"Bitte rufen Sie später noch einmal an."}',
  })
  @IsOptional()
  @Transform(wordsByLanguage)
  @AreWordsByLanguage()
  APOLOGY_MESSAGE?: WordsByLanguage;

  @Variable({
    group: 'Service',
    about:
      'The language of calls that name none, for what the service itself says to callers: da, de, en, es …',
  })
  @Matches(LANGUAGE, { message: 'expected a language code like en or pt-br' })
  CALL_LANGUAGE: string = 'en';

  @Variable({
    group: 'Service',
    about:
      'Who frames what goes over the media sockets: framed, the service itself, or ws, the library of that name, to fall back to.',
  })
  @IsIn(['framed', 'ws'], { message: 'expected framed or ws' })
  SOCKET_TRANSPORT: 'framed' | 'ws' = 'framed';
}
