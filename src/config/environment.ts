/**
 * The environment, read once at boot. Every variable of the service stands here, with its default, its rule and where to get
 * it; nothing else reads `process.env`.
 */
import {
  ArrayNotEmpty,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateIf,
} from 'class-validator';
import { Transform } from 'class-transformer';
import { OperatorVariables } from './operator-variables.js';
import { E164, ANY_HTTP, integer, list, withoutSlash } from './transforms.js';
import { Variable } from './variable.js';

export class Environment extends OperatorVariables {
  @Variable({
    group: 'Twilio',
    about: 'The account that places the calls.',
    from: 'https://console.twilio.com, Account Info',
    example: 'ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    required: true,
  })
  @Matches(/^AC[0-9a-fA-F]{32}$/, { message: 'expected AC and 32 hexadecimal digits' })
  TWILIO_ACCOUNT_SID!: string;

  @Variable({
    group: 'Twilio',
    about:
      "The account's primary auth token. It also checks every signature, so it is needed beside an API key.",
    from: 'https://console.twilio.com, Account Info',
    secret: true,
    required: true,
  })
  @IsString()
  @MinLength(1)
  TWILIO_AUTH_TOKEN!: string;

  @Variable({
    group: 'Twilio',
    about:
      'Another auth token whose signatures are taken too, while tokens are being rotated: Twilio signs with the new one as soon as it is promoted.',
    secret: true,
  })
  @IsOptional()
  @IsString()
  @MinLength(1)
  TWILIO_AUTH_TOKEN_SECONDARY?: string;

  @Variable({
    group: 'Twilio',
    about: 'API key (SK…), used for REST instead of the auth token.',
    secret: true,
  })
  @IsOptional()
  @Matches(/^SK[0-9a-fA-F]{32}$/, { message: 'expected SK and 32 hexadecimal digits' })
  TWILIO_API_KEY?: string;

  @Variable({ group: 'Twilio', about: 'Secret of TWILIO_API_KEY.', secret: true })
  @ValidateIf((env: Environment) => env.TWILIO_API_KEY !== undefined)
  @IsString({ message: 'is needed with TWILIO_API_KEY' })
  TWILIO_API_SECRET?: string;

  @Variable({
    group: 'Twilio',
    about: 'Caller id of outbound calls that name none, E.164.',
    example: '+14155550100',
  })
  @IsOptional()
  @Matches(E164, { message: 'expected a number like +14155550100' })
  TWILIO_PHONE_NUMBER?: string;

  @Variable({
    group: 'Twilio',
    about: "Base address of Twilio's REST API; change it only for a simulator or a region.",
  })
  @Transform(withoutSlash)
  @IsUrl(ANY_HTTP, { message: 'expected an http(s) address' })
  TWILIO_API_URL: string = 'https://api.twilio.com';

  @Variable({ group: 'Twilio', about: "The account's rate for starting calls, per second." })
  @Transform(integer)
  @IsInt()
  @Min(1)
  @Max(1000)
  TWILIO_CALLS_PER_SECOND: number = 1;

  @Variable({
    group: 'ElevenLabs',
    about: 'API key with access to agents.',
    from: 'https://elevenlabs.io/app/settings/api-keys',
    secret: true,
    required: true,
  })
  @IsString()
  @MinLength(1)
  ELEVENLABS_API_KEY!: string;

  @Variable({ group: 'ElevenLabs', about: 'The agent of calls that name none.', example: 'agent_xxxxxxxx' })
  @IsOptional()
  @IsString()
  @MinLength(1)
  ELEVENLABS_AGENT_ID?: string;

  @Variable({ group: 'ElevenLabs', about: 'REST base of ElevenLabs; the residency regions have their own.' })
  @Transform(withoutSlash)
  @IsUrl(ANY_HTTP, { message: 'expected an http(s) address' })
  ELEVENLABS_API_URL: string = 'https://api.elevenlabs.io';

  @Variable({
    group: 'ElevenLabs',
    about: 'Checks the signature of post-call webhooks; unset, they are refused.',
    from: 'shown once when the webhook is made, https://elevenlabs.io/app/agents/settings',
    secret: true,
  })
  @IsOptional()
  @IsString()
  @MinLength(1)
  ELEVENLABS_WEBHOOK_SECRET?: string;

  @Variable({
    group: 'Tools',
    about:
      'Agents that the tools are pushed to, separated by commas. Not set: the one of ELEVENLABS_AGENT_ID.',
    example: 'agent_xxxxxxxx,agent_yyyyyyyy',
  })
  @Transform(list)
  @IsOptional()
  @ArrayNotEmpty()
  @IsString({ each: true })
  TOOLS_AGENT_IDS?: string[];

  @Variable({
    group: 'Tools',
    about:
      'Whose tools those of this service are at ElevenLabs, so that several services can share a workspace. Not set: the host of PUBLIC_URL. Set it where that changes, as with a tunnel.',
    example: 'calls.example.com',
  })
  @IsOptional()
  @Matches(/^[A-Za-z0-9._:-]{1,128}$/, { message: 'expected letters, digits and . _ : -, at most 128' })
  TOOLS_OWNER?: string;

  @Variable({
    group: 'Tools',
    about: 'Address of the stock service that the tool check_inventory asks: GET {address}?item=….',
    example: 'https://stock.example.com/items',
  })
  @IsOptional()
  @IsUrl(ANY_HTTP, { message: 'expected an http(s) address' })
  INVENTORY_API_URL?: string;
}
