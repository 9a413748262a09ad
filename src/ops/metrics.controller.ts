/**
 * What Prometheus scrapes, behind a key like the rest of the API: numbers of calls are somebody's business.
 * Of several workers, whichever is asked answers for all.
 */
import { Controller, Get, Header } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Metrics } from './metrics.js';
import { ApiProblems } from './problem.js';
import { Siblings } from './siblings.js';

@ApiTags('Operation')
@ApiBearerAuth()
@ApiProblems('unauthorized', 'rate-limited', 'internal')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly siblings: Siblings,
  ) {}

  @ApiOperation({ summary: 'Metrics in the text format of Prometheus.' })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  @Get()
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  async scrape(): Promise<string> {
    return (await this.siblings.sumOfMetrics()) ?? this.metrics.registry.metrics();
  }
}
