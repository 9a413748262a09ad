/**
 * Timelines and transcripts over REST. One address gives both forms of a timeline: `Accept` says whether a page of JSON is wanted
 * or a stream that follows.
 */
import { Controller, Get, Param, Query, Req, Res, UsePipes } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiExtraModels,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { inputPipe } from '../ops/input.pipe.js';
import { ApiProblems } from '../ops/problem.js';
import { EventStreams } from './event-streams.js';
import { EventListDto, EventQueryDto, TranscriptDto } from './timeline.dto.js';
import { Timelines, type Place } from './timelines.js';

const JSON_TYPE = 'application/json';
const STREAM_TYPE = 'text/event-stream';

const PAGE_OR_STREAM = {
  content: {
    [JSON_TYPE]: { schema: { $ref: getSchemaPath(EventListDto) } },
    [STREAM_TYPE]: {
      schema: { type: 'string' },
      example:
        'id: 12\ndata: {"id":"evt_…_12","seq":12,"callId":"call_…","type":"turn.caller","at":"2026-11-23T09:30:00.123Z","details":{"text":"Is it still open?","eventId":4}}\n\n',
    },
  },
};
const LAST_EVENT_ID = {
  name: 'Last-Event-ID',
  required: false,
  description: 'Of a stream: the `id` of the last message received; it goes on behind it.',
};

@ApiTags('Timeline')
@ApiBearerAuth()
@ApiExtraModels(EventListDto)
@ApiProblems(
  'unauthorized',
  'rate-limited',
  'bad-input',
  'too-many-streams',
  'draining',
  'store-away',
  'internal',
)
@UsePipes(inputPipe())
@Controller()
export class TimelineController {
  constructor(
    private readonly timelines: Timelines,
    private readonly streams: EventStreams,
  ) {}

  @ApiOperation({
    summary: 'The timeline of a call, as a page or as a stream.',
    description:
      'With `Accept: text/event-stream` everything so far comes first and then what happens, without gap or double, until the call has ended. A reader that comes back to an ended call gets what was learnt since, or 204 when that is nothing, which tells an EventSource to stop.',
  })
  @ApiHeader(LAST_EVENT_ID)
  @ApiOkResponse(PAGE_OR_STREAM)
  @ApiNoContentResponse({ description: 'Of a stream: the call has ended, and the reader has everything.' })
  @ApiProblems('not-found')
  @Get('calls/:id/events')
  async ofCall(
    @Param('id') id: string,
    @Query() query: EventQueryDto,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    response.vary('Accept');
    const place = placeIn(request, query);
    if (request.accepts([JSON_TYPE, STREAM_TYPE]) === STREAM_TYPE)
      await this.streams.serve(response, () => this.timelines.followCall(id, place));
    else response.json(await this.timelines.ofCall(id, query.limit, place));
  }

  @ApiOperation({
    summary: 'The events of all calls from now on, as a stream or as pages.',
    description:
      'A stream never ends by itself. As JSON, the first page is empty: its `nextCursor` says where now is, and is never null.',
  })
  @ApiHeader(LAST_EVENT_ID)
  @ApiOkResponse(PAGE_OR_STREAM)
  @Get('events')
  async ofAll(
    @Query() query: EventQueryDto,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    response.vary('Accept');
    const place = placeIn(request, query);
    if (request.accepts([STREAM_TYPE, JSON_TYPE]) === JSON_TYPE)
      response.json(await this.timelines.ofAll(query.limit, place));
    else await this.streams.serve(response, () => this.timelines.followAll(place));
  }

  @ApiOperation({
    summary: 'What was said in a call, turn by turn, and what of it was heard.',
    description: 'Also while the call goes on; a correction or a late transcript may still change a turn.',
  })
  @ApiOkResponse({ type: TranscriptDto })
  @ApiProblems('not-found')
  @Get('calls/:id/transcript')
  async transcript(@Param('id') id: string): Promise<TranscriptDto> {
    const turns = await this.timelines.transcript(id);
    return {
      data: turns.map((turn) => ({ ...turn, at: new Date(turn.at).toISOString() })),
      nextCursor: null,
    };
  }
}

/** An EventSource that comes back sends the header, and its address with whatever stood in it at first. */
function placeIn(request: Request, { lastEventId, cursor }: EventQueryDto): Place | undefined {
  const header = request.get('Last-Event-ID');
  if (header) return { field: 'Last-Event-ID', text: header };
  if (lastEventId) return { field: 'lastEventId', text: lastEventId };
  return cursor ? { field: 'cursor', text: cursor } : undefined;
}
