/**
 * The addresses that Twilio requests about a line that is handed to a person. Each carries Twilio's signature instead of a key.
 */
import { Body, Controller, Header, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import {
  ApiConsumes,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Public } from '../ops/api-key.guard.js';
import { ApiProblems } from '../ops/problem.js';
import { fromTwilio } from './from-twilio.pipe.js';
import { TransferRequestDto } from './transfer.dto.js';
import { TransferTwimlService } from './transfer-twiml.service.js';
import { TwilioSignatureGuard } from './twilio-signature.guard.js';
import type { Query as QueryFields } from './twiml.service.js';

const XML = 'text/xml; charset=utf-8';
const TWIML = { description: 'TwiML', content: { 'text/xml': { schema: { type: 'string' as const } } } };

@ApiTags('Twilio')
@ApiHeader({
  name: 'X-Twilio-Signature',
  required: true,
  description: 'HMAC-SHA1 over PUBLIC_URL, path and fields.',
})
@ApiConsumes('application/x-www-form-urlencoded')
@ApiProblems('bad-input', 'bad-signature', 'internal')
@Public()
@UseGuards(TwilioSignatureGuard)
@Controller()
export class TransferController {
  constructor(private readonly transfers: TransferTwimlService) {}

  @ApiOperation({ summary: 'Dial the person, or connect the agent again.' })
  @ApiOkResponse(TWIML)
  @Post('twiml/transfer')
  @HttpCode(200)
  @Header('Content-Type', XML)
  document(@Body(fromTwilio) request: TransferRequestDto, @Query() query: QueryFields): Promise<string> {
    return this.transfers.document(request, query);
  }

  @ApiOperation({ summary: 'Say what the person hears before both are joined.' })
  @ApiOkResponse(TWIML)
  @Post('twiml/transfer/person')
  @HttpCode(200)
  @Header('Content-Type', XML)
  person(@Body(fromTwilio) request: TransferRequestDto, @Query() query: QueryFields): Promise<string> {
    return this.transfers.person(request, query);
  }

  @ApiOperation({ summary: 'Take the key with which the person accepts.' })
  @ApiOkResponse(TWIML)
  @Post('twiml/transfer/accept')
  @HttpCode(200)
  @Header('Content-Type', XML)
  accept(@Body(fromTwilio) request: TransferRequestDto, @Query() query: QueryFields): Promise<string> {
    return this.transfers.accept(request, query);
  }

  @ApiOperation({ summary: 'Say what becomes of the line after the dial.' })
  @ApiOkResponse(TWIML)
  @Post('twiml/transfer/result')
  @HttpCode(200)
  @Header('Content-Type', XML)
  result(@Body(fromTwilio) request: TransferRequestDto, @Query() query: QueryFields): Promise<string> {
    return this.transfers.result(request, query);
  }

  @ApiOperation({ summary: 'Take a status of the leg of the person.' })
  @ApiNoContentResponse()
  @Post('twilio/transfer')
  @HttpCode(204)
  answered(@Body(fromTwilio) request: TransferRequestDto, @Query() query: QueryFields): Promise<void> {
    return this.transfers.answered(request, query);
  }
}
