/**
 * What was posted of a call, and posting it again.
 */
import { Controller, Get, HttpCode, Param, Post, Query, UsePipes } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CallStore } from '../core/call/call.store.js';
import { eventIdOf } from '../core/call/timeline.js';
import { CordboardError } from '../core/errors.js';
import { isCallId, type CallId } from '../core/ids.js';
import { DeliveryStore, type Delivery } from '../core/webhook/delivery.store.js';
import { inputPipe } from '../ops/input.pipe.js';
import { ApiProblems } from '../ops/problem.js';
import { WebhookSender } from './webhook-sender.js';
import { DeliveryDto, DeliveryListDto, DeliveryQueryDto } from './webhooks.dto.js';

@ApiTags('Webhooks')
@ApiBearerAuth()
@ApiProblems('unauthorized', 'rate-limited', 'not-found', 'store-away', 'internal')
@UsePipes(inputPipe())
@Controller('calls/:id/webhooks')
export class WebhooksController {
  constructor(
    private readonly calls: CallStore,
    private readonly deliveries: DeliveryStore,
    private readonly sender: WebhookSender,
  ) {}

  @ApiOperation({ summary: 'What was posted of a call, in the order of its events, and what came of it.' })
  @ApiOkResponse({ type: DeliveryListDto })
  @ApiProblems('bad-input')
  @Get()
  async list(
    @Param('id') id: string,
    @Query() { limit, cursor }: DeliveryQueryDto,
  ): Promise<DeliveryListDto> {
    const callId = await this.known(id);
    const found = await this.deliveries.list(callId, Number(cursor ?? 0), limit + 1);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return { data: page.map((delivery) => viewOf(delivery)), nextCursor: last ? String(last.seq) : null };
  }

  @ApiOperation({
    summary: 'Post an event again.',
    description:
      'Whatever came of it before, it is sent as soon as may be, and for a day if it has to be. It waits for no other event of its call, and no other waits for it.',
  })
  @ApiAcceptedResponse({ type: DeliveryDto })
  @Post(':eventId/redeliver')
  @HttpCode(202)
  async redeliver(@Param('id') id: string, @Param('eventId') eventId: string): Promise<DeliveryDto> {
    const callId = await this.known(id);
    const [, digits = '0'] = /_(\d{1,9})$/.exec(eventId) ?? [];
    const seq = Number(digits);
    const isOfCall = eventIdOf({ callId, seq }) === eventId;
    const delivery = isOfCall ? await this.deliveries.redeliver(callId, seq) : undefined;
    if (!delivery)
      throw new CordboardError('not-found', 'No event of this call with this id is posted to anybody.');
    this.sender.wake();
    return viewOf(delivery);
  }

  private async known(id: string): Promise<CallId> {
    const call = isCallId(id) ? await this.calls.find(id) : undefined;
    if (!call) throw new CordboardError('not-found', 'There is no call with this id.');
    return call.id;
  }
}

function viewOf(delivery: Delivery): DeliveryDto {
  const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
  const { type, url, status, attempts, createdAt, nextAttemptAt, deliveredAt, lastStatus, lastError } =
    delivery;
  return {
    eventId: eventIdOf(delivery),
    type,
    url,
    status,
    attempts,
    createdAt: new Date(createdAt).toISOString(),
    nextAttemptAt: iso(nextAttemptAt),
    deliveredAt: iso(deliveredAt),
    lastStatus,
    lastError,
  };
}
