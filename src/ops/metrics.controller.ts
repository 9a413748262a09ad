/**
 * What Prometheus scrapes, behind a key like the rest of the API: numbers of calls are somebody's business.
 */
import { Controller, Get, Header } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Metrics } from './metrics.js';
import { ApiProblems } from './problem.js';

@ApiTags('Operation')
@ApiBearerAuth()
@ApiProblems('unauthorized', 'rate-limited', 'internal')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @ApiOperation({ summary: 'Metrics in the text format of Prometheus.' })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  @Get()
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  scrape(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
