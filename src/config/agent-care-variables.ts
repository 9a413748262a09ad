/**
 * Variables of what is done when an agent lets its caller wait, or is gone.
 */
import { IsBoolean, IsInt, IsOptional, IsString, Matches, Max, Min, MinLength } from 'class-validator';
import { Transform } from 'class-transformer';
import { DoorVariables } from './door-variables.js';
import { E164, flag, integer } from './transforms.js';
import { Variable } from './variable.js';

export class AgentCareVariables extends DoorVariables {
  @Variable({
    group: 'Agent',
    about: 'Seconds a caller is kept waiting while ElevenLabs holds the conversation in its queue.',
  })
  @Transform(integer)
  @IsInt()
  @Min(0)
  @Max(1800)
  AGENT_QUEUE_TIMEOUT_SECONDS: number = 20;

  @Variable({
    group: 'Agent',
    about:
      'How often the conversation of a call is opened again when the agent is gone or does not come; 0: never, the call ends.',
  })
  @Transform(integer)
  @IsInt()
  @Min(0)
  @Max(10)
  AGENT_RECONNECTS: number = 3;

  @Variable({
    group: 'Agent',
    about: 'The agent that takes over a call whose own agent is not to be had, with what was said so far.',
    example: 'agent_yyyyyyyy',
  })
  @IsOptional()
  @IsString()
  @MinLength(1)
  FALLBACK_AGENT_ID?: string;

  @Variable({
    group: 'Agent',
    about:
      'The person who is rung when no agent is to be had, in E.164. A destination like any other, so ALLOWED_DESTINATIONS must allow it. Unset: the caller hears the apology.',
    example: '+14155550199',
  })
  @IsOptional()
  @Matches(E164, { message: 'expected a number in E.164, like +14155550199' })
  FALLBACK_NUMBER?: string;

  @Variable({
    group: 'Agent',
    about: 'Whether a caller who waits for the agent hears two soft notes now and then: true or false.',
  })
  @Transform(flag)
  @IsBoolean({ message: 'expected true or false' })
  BRIDGING_SOUND: boolean = true;
}
