/**
 * The REST API of erasures. The number is in the body and not in the address: addresses end up in logs of proxies.
 */
import { Body, Controller, HttpCode, Post, UsePipes } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { inputPipe } from '../ops/input.pipe.js';
import { ApiProblems } from '../ops/problem.js';
import { ErasureDto, ErasureRequestDto } from './erasures.dto.js';
import { ErasuresService } from './erasures.service.js';

@ApiTags('Privacy')
@ApiBearerAuth()
@ApiProblems('unauthorized', 'rate-limited', 'internal')
@UsePipes(inputPipe())
@Controller('erasures')
export class ErasuresController {
  constructor(private readonly erasures: ErasuresService) {}

  @ApiOperation({
    summary: 'Delete what is kept about a person.',
    description:
      'Of every ended call with the number at its other end: recording, transcript, analysis, number, variables, overrides and metadata here; the conversation at ElevenLabs; the log of the call at Twilio. State, times and cost stay, with `anonymous` for the number. Sent again, it goes on where something was left.',
  })
  @ApiOkResponse({ type: ErasureDto })
  @ApiProblems('bad-input', 'malformed-body', 'store-away')
  @Post()
  @HttpCode(200)
  erase(@Body() { number }: ErasureRequestDto): Promise<ErasureDto> {
    return this.erasures.erase(number);
  }
}
