/**
 * Timelines and transcripts, read from the store; written by the journal of calls. Global not for what it gives to others, which is
 * nothing, but for its turn when the application stops: streams stay open until the calls that they tell of have drained.
 */
import { Global, Module } from '@nestjs/common';
import { EventHub } from './event-hub.js';
import { EventStreams } from './event-streams.js';
import { TimelineController } from './timeline.controller.js';
import { Timelines } from './timelines.js';

@Global()
@Module({
  controllers: [TimelineController],
  providers: [EventHub, EventStreams, Timelines],
})
export class TimelineModule {}
