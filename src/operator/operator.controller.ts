/**
 * The operator's hand on live calls over REST.
 */
import { Body, Controller, Delete, HttpCode, Param, Post, UsePipes } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CallDto } from '../calls/call.dto.js';
import { CallViews } from '../calls/call-views.js';
import { CallsService } from '../calls/calls.service.js';
import { Transfers } from '../calls/transfers.js';
import { isAway } from '../core/call/transfer.js';
import type { CallCommand } from '../core/call/command.store.js';
import { Caller } from '../ops/api-key.guard.js';
import { inputPipe } from '../ops/input.pipe.js';
import { ApiProblems } from '../ops/problem.js';
import { CallHands } from './call-hands.js';
import { DtmfDto, MessageDto, MuteDto, TakeoverDto, TransferDto } from './operator.dto.js';

@ApiTags('Operator')
@ApiBearerAuth()
@ApiProblems(
  'bad-input',
  'unauthorized',
  'not-found',
  'call-ended',
  'call-not-answered',
  'call-with-person',
  'rate-limited',
  'store-away',
  'internal',
)
@UsePipes(inputPipe())
@Controller('calls')
export class OperatorController {
  constructor(
    private readonly calls: CallsService,
    private readonly transfers: Transfers,
    private readonly hands: CallHands,
    private readonly views: CallViews,
  ) {}

  @ApiOperation({
    summary: 'Hand the caller to a person.',
    description:
      'The person is rung through Twilio; when nobody takes the call, the caller is given back to the agent, which is told so. The recording made here ends with the conversation.',
  })
  @ApiAcceptedResponse({ type: CallDto })
  @ApiProblems(
    'destination-refused',
    'budget-reached',
    'destination-limit-reached',
    'key-limit-reached',
    'carrier-refused',
    'carrier-unreachable',
  )
  @Post(':id/transfer')
  @HttpCode(202)
  async transfer(
    @Param('id') id: string,
    @Body() { to, message, summary, mode }: TransferDto,
    @Caller() by: string,
  ): Promise<CallDto> {
    const { id: callId } = await this.calls.get(id);
    return this.views.of(await this.transfers.begin(callId, { to, message, summary, mode, by }));
  }

  @ApiOperation({ summary: 'Tell the agent something that the caller does not hear.' })
  @ApiAcceptedResponse({ type: CallDto })
  @ApiProblems('call-not-reached')
  @Post(':id/message')
  @HttpCode(202)
  message(
    @Param('id') id: string,
    @Body() { text, role }: MessageDto,
    @Caller() by: string,
  ): Promise<CallDto> {
    return this.ask(id, { type: 'message', text, role, by });
  }

  @ApiOperation({
    summary: 'Press keys for the other side to hear.',
    description: 'As tones in the audio, behind what the agent is still saying.',
  })
  @ApiAcceptedResponse({ type: CallDto })
  @ApiProblems('call-not-reached')
  @Post(':id/dtmf')
  @HttpCode(202)
  press(@Param('id') id: string, @Body() { digits: keys }: DtmfDto, @Caller() by: string): Promise<CallDto> {
    return this.ask(id, { type: 'keys', keys, by });
  }

  @ApiOperation({ summary: 'Keep what the agent says from the caller, or no longer.' })
  @ApiAcceptedResponse({ type: CallDto })
  @ApiProblems('call-not-reached')
  @Post(':id/mute')
  @HttpCode(202)
  mute(@Param('id') id: string, @Body() { muted: isMuted }: MuteDto, @Caller() by: string): Promise<CallDto> {
    return this.ask(id, { type: 'mute', isMuted, by });
  }

  @ApiOperation({
    summary: 'Take the place of the agent.',
    description:
      'With `to` by a phone, as a cold transfer. Without it by the audio socket of the same key, which must be open: GET /calls/{id}/audio as a WebSocket.',
  })
  @ApiAcceptedResponse({ type: CallDto })
  @ApiProblems('call-not-reached', 'no-operator-audio', 'destination-refused')
  @Post(':id/takeover')
  @HttpCode(202)
  async takeOver(
    @Param('id') id: string,
    @Body() { to }: TakeoverDto,
    @Caller() by: string,
  ): Promise<CallDto> {
    return to === undefined ? this.ask(id, { type: 'take-over', by }) : this.transfer(id, { to }, by);
  }

  @ApiOperation({
    summary: 'Give the caller back to the agent.',
    description: 'From the audio socket of an operator, and also from a person to whom the call was handed.',
  })
  @ApiAcceptedResponse({ type: CallDto })
  @ApiProblems('call-not-reached', 'call-not-taken-over', 'carrier-refused', 'carrier-unreachable')
  @Delete(':id/takeover')
  @HttpCode(202)
  async giveBack(@Param('id') id: string, @Caller() by: string): Promise<CallDto> {
    const call = await this.calls.get(id);
    if (isAway(call)) return this.views.of(await this.transfers.takeBack(call));
    return this.ask(id, { type: 'give-back', by });
  }

  private async ask(id: string, command: CallCommand): Promise<CallDto> {
    return this.views.of(await this.hands.ask(id, command));
  }
}
