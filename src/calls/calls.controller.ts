/**
 * The REST API of calls.
 */
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res, UsePipes } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { WebhookTargets } from '../core/webhook/webhook-targets.js';
import { Caller } from '../ops/api-key.guard.js';
import { inputPipe } from '../ops/input.pipe.js';
import { ApiProblems } from '../ops/problem.js';
import { CallViews } from './call-views.js';
import { CallDto, CallListDto } from './call.dto.js';
import { CallQueryDto, PlaceCallDto } from './calls.dto.js';
import { CallsService } from './calls.service.js';
import { Idempotency } from './idempotency.js';
import type { OutboundRequest } from './new-calls.js';

@ApiTags('Calls')
@ApiBearerAuth()
@ApiProblems('unauthorized', 'rate-limited', 'internal')
@UsePipes(inputPipe())
@Controller('calls')
export class CallsController {
  constructor(
    private readonly calls: CallsService,
    private readonly idempotency: Idempotency,
    private readonly views: CallViews,
    private readonly targets: WebhookTargets,
  ) {}

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
    'budget-reached',
    'destination-limit-reached',
    'key-limit-reached',
    'dialling-stopped',
    'idempotency-conflict',
    'idempotency-in-progress',
    'body-too-large',
    'carrier-refused',
    'carrier-unreachable',
    'at-capacity',
    'saturated',
    'draining',
    'store-away',
  )
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'Sent again within 24 hours with the same body, the first answer comes back and no second call is placed.',
  })
  @Post()
  async place(
    @Body() body: PlaceCallDto,
    @Headers('idempotency-key') key: string | undefined,
    @Caller() caller: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CallDto> {
    const answer = await this.idempotency.once(key, caller, body, async (id) => {
      if (body.webhookUrl !== undefined) await this.targets.check(body.webhookUrl);
      return this.views.of(await this.calls.place({ ...requestOf(body), id, placedBy: caller }));
    });
    response.setHeader('Location', `/calls/${answer.id}`);
    return answer;
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
    return { data: page.calls.map((call) => this.views.of(call)), nextCursor: page.nextCursor };
  }

  @ApiOperation({ summary: 'One call.' })
  @ApiOkResponse({ type: CallDto })
  @ApiProblems('not-found')
  @Get(':id')
  async get(@Param('id') id: string): Promise<CallDto> {
    return this.views.of(await this.calls.get(id));
  }

  @ApiOperation({ summary: 'End a call, ringing or answered.' })
  @ApiAcceptedResponse({ type: CallDto })
  @ApiProblems('not-found', 'call-ended')
  @Post(':id/hangup')
  @HttpCode(202)
  async hangUp(@Param('id') id: string): Promise<CallDto> {
    return this.views.of(await this.calls.hangUp(id));
  }
}

/** Fields that were not sent stay absent, so that their defaults apply. */
function requestOf({
  machineDetection: _machineDetection,
  overrides,
  ...body
}: PlaceCallDto): OutboundRequest {
  return { ...body, ...(overrides ? { overrides } : {}) };
}
