/**
 * The REST API of calls.
 */
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res, UsePipes } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { inputPipe } from '../ops/input.pipe.js';
import { ApiProblems } from '../ops/problem.js';
import { viewOf } from './call-view.js';
import { CallDto, CallListDto, CallQueryDto, PlaceCallDto } from './calls.dto.js';
import { CallsService, type OutboundRequest } from './calls.service.js';

@ApiTags('Calls')
@ApiBearerAuth()
@ApiProblems('unauthorized', 'internal')
@UsePipes(inputPipe())
@Controller('calls')
export class CallsController {
  constructor(private readonly calls: CallsService) {}

  @ApiOperation({
    summary: 'Start a call.',
    description:
      'Dials through Twilio and puts the callee through to the agent. Answers once Twilio has taken the call, or after three seconds with the call still `queued`.',
  })
  @ApiCreatedResponse({
    type: CallDto,
    headers: { Location: { description: 'Address of the call.', schema: { type: 'string' } } },
  })
  @ApiProblems(
    'bad-input',
    'malformed-body',
    'destination-refused',
    'body-too-large',
    'carrier-refused',
    'carrier-unreachable',
    'at-capacity',
    'draining',
  )
  @Post()
  async place(@Body() body: PlaceCallDto, @Res({ passthrough: true }) response: Response): Promise<CallDto> {
    const call = await this.calls.place(requestOf(body));
    response.setHeader('Location', `/calls/${call.id}`);
    return viewOf(call);
  }

  @ApiOperation({ summary: 'List calls, newest first.' })
  @ApiOkResponse({ type: CallListDto })
  @ApiProblems('bad-input')
  @Get()
  async list(@Query() query: CallQueryDto): Promise<CallListDto> {
    const { limit, cursor, createdFrom, createdTo, ...filter } = query;
    const page = await this.calls.list(
      {
        ...filter,
        ...(createdFrom === undefined ? {} : { createdFrom: Date.parse(createdFrom) }),
        ...(createdTo === undefined ? {} : { createdTo: Date.parse(createdTo) }),
      },
      limit,
      cursor,
    );
    return { data: page.calls.map((call) => viewOf(call)), nextCursor: page.nextCursor };
  }

  @ApiOperation({ summary: 'One call.' })
  @ApiOkResponse({ type: CallDto })
  @ApiProblems('not-found')
  @Get(':id')
  async get(@Param('id') id: string): Promise<CallDto> {
    return viewOf(await this.calls.get(id));
  }

  @ApiOperation({ summary: 'End a call, ringing or answered.' })
  @ApiAcceptedResponse({ type: CallDto })
  @ApiProblems('not-found', 'call-ended')
  @Post(':id/hangup')
  @HttpCode(202)
  async hangUp(@Param('id') id: string): Promise<CallDto> {
    return viewOf(await this.calls.hangUp(id));
  }
}

/** Fields that were not sent stay absent, so that their defaults apply. */
function requestOf({
  record: _record,
  machineDetection: _machineDetection,
  overrides,
  ...body
}: PlaceCallDto): OutboundRequest {
  return { ...body, ...(overrides ? { overrides: { ...overrides } } : {}) };
}
