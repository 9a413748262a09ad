/**
 * What Twilio tells of its recordings. Carries Twilio's signature instead of a key.
 */
import { Body, Controller, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import {
  ApiConsumes,
  ApiHeader,
  ApiNoContentResponse,
  ApiOperation,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import { CallJournal } from '../calls/call-journal.js';
import type { Call } from '../core/call/call.js';
import { CordboardError } from '../core/errors.js';
import { isCallId } from '../core/ids.js';
import { Public } from '../ops/api-key.guard.js';
import { faultsOf, ShallowPipe } from '../ops/input.pipe.js';
import { ApiProblems } from '../ops/problem.js';
import { TwilioSignatureGuard } from '../twiml/twilio-signature.guard.js';
import { CarrierRecorder } from './carrier-recorder.js';
import { callbackOf, RecordingCallbackDto } from './recording-callback.dto.js';

const fromTwilio = new ShallowPipe({
  transform: true,
  exceptionFactory: (errors) =>
    new CordboardError('bad-input', 'Fields of Twilio are missing.', faultsOf(errors)),
});

@ApiTags('Twilio')
@ApiHeader({
  name: 'X-Twilio-Signature',
  required: true,
  description: 'HMAC-SHA1 over PUBLIC_URL, path and fields.',
})
@ApiProblems('bad-input', 'bad-signature', 'internal')
@Public()
@UseGuards(TwilioSignatureGuard)
@Controller()
export class RecordingCallbackController {
  constructor(
    private readonly journal: CallJournal,
    private readonly recorder: CarrierRecorder,
  ) {}

  @ApiOperation({
    summary:
      'Take what became of a recording of Twilio’s. Late, doubled and disordered callbacks change nothing.',
  })
  @ApiQuery({ name: 'call', required: false, description: 'Id of the call; without it, CallSid tells.' })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiNoContentResponse()
  @Post('twilio/recording')
  @HttpCode(204)
  async recording(
    @Body(fromTwilio) told: RecordingCallbackDto,
    @Query() query: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const callback = callbackOf(told);
    const call = await this.known(query['call'], told.CallSid);
    if (call && callback) await this.recorder.told(call.id, callback);
  }

  /** By our id where the address has it, checked against Twilio's; otherwise by Twilio's. */
  private async known(id: unknown, twilioCallSid: string): Promise<Call | undefined> {
    if (typeof id !== 'string') return this.journal.findBySid(twilioCallSid);
    const call = isCallId(id) ? await this.journal.find(id) : undefined;
    return call && (call.twilioCallSid === null || call.twilioCallSid === twilioCallSid) ? call : undefined;
  }
}
