/**
 * Variables of what may be dialled, how often, and how long it may take.
 */
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { Transform } from 'class-transformer';
import { ArePaces, callPaces, type CallPace } from './call-paces.js';
import { AgentCareVariables } from './agent-care-variables.js';
import { integer, list } from './transforms.js';
import { Variable } from './variable.js';

export class LimitVariables extends AgentCareVariables {
  @Variable({ group: 'Limits', about: 'Calls that this replica holds at once; more are refused.' })
  @Transform(integer)
  @IsInt()
  @Min(1)
  MAX_CONCURRENT_CALLS: number = 100;

  @Variable({
    group: 'Limits',
    about:
      'How much of its time the event loop may be busy, as a mean of five seconds, before more calls are refused; 100 never refuses.',
  })
  @Transform(integer)
  @IsInt()
  @Min(10)
  @Max(100)
  MAX_LOOP_BUSY_PERCENT: number = 90;

  @Variable({
    group: 'Limits',
    about:
      'Countries or E.164 prefixes that may be dialled, separated by commas; unset: every number that is not premium-rate, shared-cost, personal or satellite.',
    example: 'US,CA,+4420',
  })
  @IsOptional()
  @Transform(list)
  @Matches(/^([A-Z]{2}|\+[1-9]\d{0,14})$/, {
    each: true,
    message: 'expected ISO country codes or prefixes like +4420',
  })
  ALLOWED_DESTINATIONS?: string[];

  @Variable({
    group: 'Limits',
    about:
      'E.164 prefixes of at least four digits that are dialled whatever the other rules for destinations say, emergency numbers excepted.',
    example: '+88216',
  })
  @IsOptional()
  @Transform(list)
  @Matches(/^\+[1-9]\d{3,14}$/, {
    each: true,
    message: 'expected prefixes like +88216, of four digits or more',
  })
  EXEMPT_DESTINATIONS?: string[];

  @Variable({
    group: 'Limits',
    about:
      'How many calls may be placed to one number within a time, by all replicas together: 3/1h,10/1d allows three in an hour and ten in a day. Minutes are m. Unset: no limit.',
    example: '3/1h,10/1d',
  })
  @IsOptional()
  @Transform(callPaces)
  @ArePaces()
  CALLS_PER_DESTINATION?: CallPace[];

  @Variable({
    group: 'Limits',
    about: 'How many calls one API key may place within a time, in the same form. Unset: no limit.',
    example: '200/1h,1000/1d',
  })
  @IsOptional()
  @Transform(callPaces)
  @ArePaces()
  CALLS_PER_KEY?: CallPace[];

  @Variable({
    group: 'Limits',
    about:
      'When so many of the last twenty calls in a hundred have failed before the agent was heard, no more are dialled until one that is tried goes well. 0: never.',
  })
  @Transform(integer)
  @IsInt()
  @Min(0)
  @Max(100)
  BREAKER_FAILURE_PERCENT: number = 90;

  @Variable({ group: 'Limits', about: 'Seconds before a call is tried after dialling was stopped.' })
  @Transform(integer)
  @IsInt()
  @Min(1)
  @Max(3600)
  BREAKER_PAUSE_SECONDS: number = 30;

  @Variable({ group: 'Limits', about: 'Seconds a phone rings when the call does not say.' })
  @Transform(integer)
  @IsInt()
  @Min(5)
  @Max(600)
  RING_TIMEOUT_SECONDS: number = 60;

  @Variable({ group: 'Limits', about: 'Seconds after which a call is ended when it does not say.' })
  @Transform(integer)
  @IsInt()
  @Min(10)
  @Max(14_400)
  MAX_DURATION_SECONDS: number = 3600;
}
