/**
 * Live audio of a call over plain HTTP, as a WAV file that does not end before the call does: whatever plays an address can listen in.
 */
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Caller } from '../ops/api-key.guard.js';
import { ApiProblems } from '../ops/problem.js';
import { framesIn, wavHeader } from '../recordings/wav-format.js';
import { AudioDoor } from './audio-door.js';
import { Listeners } from './listeners.js';
import type { AudioSink } from './live-audio.js';

/** Nobody knows how long it will be; players read on until the connection ends. */
const ENDLESS = wavHeader(framesIn(0xff_ff_ff_ff));

@ApiTags('Operator')
@ApiBearerAuth()
@ApiProblems('unauthorized', 'rate-limited', 'internal')
@Controller('calls')
export class CallAudioController {
  constructor(
    private readonly door: AudioDoor,
    private readonly listeners: Listeners,
  ) {}

  @ApiOperation({
    summary: 'Listen in on a live call.',
    description:
      'WAV, 16 bits, 8000 Hz, left the caller, right the agent, half a second behind. The same address as a WebSocket sends the samples as binary frames without a header, and takes those of an operator who has taken the call over. Whether listening in is allowed, and what callers must be told, is for the law where they are.',
  })
  @ApiOkResponse({
    description: 'The sound, until the call or the listener ends.',
    content: { 'audio/wav': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiProblems(
    'not-found',
    'call-ended',
    'call-with-person',
    'call-not-answered',
    'call-elsewhere',
    'too-many-listeners',
  )
  @Get(':id/audio')
  async listen(@Param('id') id: string, @Caller() by: string, @Res() response: Response): Promise<void> {
    const callId = await this.door.check(id);
    const sink: AudioSink = {
      send: (pairs) => void response.write(pairs),
      get waitingBytes() {
        return response.writableLength;
      },
      // One that does not read would not read the end either.
      end: (reason) => void (reason === 'too-slow' ? response.destroy() : response.end()),
    };
    const listener = this.listeners.listen(callId, by, sink, false);
    response.on('close', () => listener.left());
    response.writeHead(200, { 'Content-Type': 'audio/wav', 'Cache-Control': 'no-store' });
    response.write(ENDLESS);
  }
}
