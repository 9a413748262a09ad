/**
 * Variables of the doors: how much a peer may send, and how long it may take, before it is let go.
 */
import { IsInt, Max, Min } from 'class-validator';
import { Transform } from 'class-transformer';
import { ServiceVariables } from './service-variables.js';
import { integer } from './transforms.js';
import { Variable } from './variable.js';

export class DoorVariables extends ServiceVariables {
  @Variable({
    group: 'Doors',
    about:
      'Requests that one API key may send to this replica within a minute. The default leaves most of a core to live calls.',
  })
  @Transform(integer)
  @IsInt()
  @Min(1)
  API_REQUESTS_PER_MINUTE: number = 30_000;

  @Variable({
    group: 'Doors',
    about:
      'Bytes of the largest body of a request that is read. A call with 50 kB of prompt and all its variables has 150 kB.',
  })
  @Transform(integer)
  @IsInt()
  @Min(65_536)
  @Max(16_777_216)
  MAX_BODY_BYTES: number = 262_144;

  @Variable({
    group: 'Doors',
    about:
      'Seconds within which a request must have sent all its headers; half-open connections are closed after it.',
  })
  @Transform(integer)
  @IsInt()
  @Min(1)
  @Max(120)
  HEADERS_TIMEOUT_SECONDS: number = 10;

  @Variable({
    group: 'Doors',
    about:
      'Seconds within which a request must have arrived whole. Twilio gives up after 15; ElevenLabs may post the sound of a long call.',
  })
  @Transform(integer)
  @IsInt()
  @Min(1)
  @Max(600)
  REQUEST_TIMEOUT_SECONDS: number = 60;

  @Variable({
    group: 'Doors',
    about:
      'Connections that this replica holds at once, media streams included; more are closed as they come, so that file descriptors are left for the store and the agents.',
  })
  @Transform(integer)
  @IsInt()
  @Min(16)
  MAX_CONNECTIONS: number = 10_000;

  @Variable({
    group: 'Doors',
    about:
      'Bytes of the largest message on a media stream. Audio has 400, the start of a stream up to 64 kB of parameters.',
  })
  @Transform(integer)
  @IsInt()
  @Min(81_920)
  @Max(16_777_216)
  MAX_STREAM_MESSAGE_BYTES: number = 131_072;
}
