/**
 * The recording of a call: to listen to, also while the call lasts, and to delete.
 */
import { Controller, Delete, Get, HttpCode, Param, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiProblems } from '../ops/problem.js';
import { RecordingsService } from './recordings.service.js';
import { answerWith, isRangeMeant } from './sound-answer.js';

const WAV = { 'audio/wav': { schema: { type: 'string', format: 'binary' } } };

@ApiTags('Calls')
@ApiBearerAuth()
@ApiProblems(
  'unauthorized',
  'rate-limited',
  'not-found',
  'carrier-refused',
  'carrier-unreachable',
  'store-away',
  'internal',
)
@Controller('calls')
export class RecordingsController {
  constructor(private readonly recordings: RecordingsService) {}

  @ApiOperation({
    summary: 'Listen to the recording of a call.',
    description:
      'WAV, 16-bit PCM at 8000 Hz, left the caller, right the agent as the caller heard it. Of a live call, everything but the last one to two seconds. A recording made here lies on the disk of the replica that carried the call; one made by Twilio is passed through from there, in the channels that Twilio has.',
  })
  @ApiHeader({ name: 'Range', required: false, description: 'One range of bytes.', example: 'bytes=0-1023' })
  @ApiOkResponse({ description: 'The whole recording.', content: WAV })
  @ApiResponse({ status: 206, description: 'The range that was asked for.', content: WAV })
  @ApiResponse({ status: 304, description: 'The same as under the tag in `If-None-Match`.' })
  @ApiProblems('bad-range')
  @Get(':id/recording')
  async listen(@Param('id') id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const tag = await this.recordings.tagOfCarriers(id);
    const { range } = request.headers;
    const passesRange = tag === undefined || isRangeMeant(request, tag);
    await answerWith(await this.recordings.open(id, passesRange ? range : undefined), request, response);
  }

  @ApiOperation({
    summary: 'Delete the recording of a call, here or at Twilio.',
    description: 'The recording of a live call ends with it. Deleting it twice is the same as once.',
  })
  @ApiNoContentResponse()
  @Delete(':id/recording')
  @HttpCode(204)
  delete(@Param('id') id: string): Promise<void> {
    return this.recordings.delete(id);
  }
}
