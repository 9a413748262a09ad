/**
 * What calls cost, added up.
 */
import { Controller, Get, Query, UsePipes } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { inputPipe } from '../ops/input.pipe.js';
import { ApiProblems } from '../ops/problem.js';
import { UsageDto, UsageQueryDto } from './usage.dto.js';
import { UsageService } from './usage.service.js';

@ApiTags('Usage')
@ApiBearerAuth()
@ApiProblems('unauthorized', 'rate-limited', 'bad-input', 'store-away', 'internal')
@UsePipes(inputPipe())
@Controller('usage')
export class UsageController {
  constructor(private readonly usage: UsageService) {}

  @ApiOperation({
    summary: 'Calls, minutes and cost by day, agent and campaign, and what is left of the budget.',
    description:
      'By the day on which calls were created, in UTC. Calls that run are counted with what they have cost so far. `cost.final` of a row says that every call of it has ended and both vendors have told what they charged.',
  })
  @ApiOkResponse({ type: UsageDto })
  @Get()
  list(@Query() query: UsageQueryDto): Promise<UsageDto> {
    return this.usage.usage(query);
  }
}
