/**
 * The addresses that Twilio requests. Each carries Twilio's signature instead of a key.
 */
import { Body, Controller, Get, Header, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import {
  ApiConsumes,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiTags,
} from '@nestjs/swagger';
import { Public } from '../ops/api-key.guard.js';
import { ApiProblems } from '../ops/problem.js';
import { fromTwilio } from './from-twilio.pipe.js';
import { TwilioSignatureGuard } from './twilio-signature.guard.js';
import { StatusCallbackDto, StreamCallbackDto, VoiceRequestDto } from './twilio-webhook.dto.js';
import { TwimlService, type Query as QueryFields } from './twiml.service.js';

const XML = 'text/xml; charset=utf-8';

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
export class TwimlController {
  constructor(private readonly twiml: TwimlService) {}

  @ApiOperation({
    summary: "Answer Twilio's voice request.",
    description:
      'For a call started here (`?call=`), an incoming call, and a call that another program placed; every other query field becomes a variable, as in `?name=John`.',
  })
  @ApiQuery({ name: 'call', required: false, description: 'Id of a call that was started here.' })
  @ApiQuery({ name: 'agentId', required: false, description: 'Agent of a call that was not started here.' })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiOkResponse({ description: 'TwiML', content: { 'text/xml': { schema: { type: 'string' } } } })
  @Post('twiml')
  @HttpCode(200)
  @Header('Content-Type', XML)
  answerPost(@Body(fromTwilio) request: VoiceRequestDto, @Query() query: QueryFields): Promise<string> {
    return this.twiml.answer(request, query);
  }

  @ApiOperation({ summary: "Answer Twilio's voice request when the number is set to GET." })
  @ApiOkResponse({ description: 'TwiML', content: { 'text/xml': { schema: { type: 'string' } } } })
  @Get('twiml')
  @Header('Content-Type', XML)
  answerGet(@Query(fromTwilio) request: VoiceRequestDto, @Query() query: QueryFields): Promise<string> {
    return this.twiml.answer(request, query);
  }

  @ApiOperation({ summary: 'Say what becomes of the line after the media stream.' })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiOkResponse({ description: 'TwiML', content: { 'text/xml': { schema: { type: 'string' } } } })
  @Post('twiml/next')
  @HttpCode(200)
  @Header('Content-Type', XML)
  next(@Body(fromTwilio) request: StatusCallbackDto, @Query() query: QueryFields): Promise<string> {
    return this.twiml.next(request, query);
  }

  @ApiOperation({ summary: 'Take a status of a call. Late, doubled and disordered ones change nothing.' })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiNoContentResponse()
  @Post('twilio/status')
  @HttpCode(204)
  status(@Body(fromTwilio) request: StatusCallbackDto, @Query() query: QueryFields): Promise<void> {
    return this.twiml.status(request, query);
  }

  @ApiOperation({ summary: 'Take what became of a media stream.' })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiNoContentResponse()
  @Post('twilio/stream')
  @HttpCode(204)
  streamEvent(@Body(fromTwilio) request: StreamCallbackDto, @Query() query: QueryFields): Promise<void> {
    return this.twiml.streamEvent(request, query);
  }
}
