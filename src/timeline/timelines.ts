/**
 * Timelines and transcripts for those who ask: finds the call, reads where they want to begin, refuses a place that never was.
 */
import { Injectable } from '@nestjs/common';
import { isFinal, type Call } from '../core/call/call.js';
import { CallStore } from '../core/call/call.store.js';
import { eventViewOf } from '../core/call/event-view.js';
import type { TimelineEvent } from '../core/call/timeline.js';
import { transcriptOf, type Turn } from '../core/call/transcript.js';
import { CordboardError } from '../core/errors.js';
import { isCallId } from '../core/ids.js';
import { EventHub } from './event-hub.js';
import type { Opening } from './event-streams.js';
import { AllFollower, CallFollower } from './follower.js';
import type { EventListDto } from './timeline.dto.js';

/** The field in which a reader gave the place behind which it wants to read. */
export type PlaceField = 'cursor' | 'Last-Event-ID' | 'lastEventId';
export interface Place {
  readonly field: PlaceField;
  readonly text: string;
}

/** A whole timeline is read in pages of so many events. */
const TRANSCRIPT_PAGE = 1000;

@Injectable()
export class Timelines {
  constructor(
    private readonly store: CallStore,
    private readonly hub: EventHub,
  ) {}

  /** @throws CordboardError `not-found`, `bad-input`, `store-away`, as everything here. */
  async ofCall(id: string, limit: number, place?: Place): Promise<EventListDto> {
    const call = await this.call(id);
    const afterSeq = await this.seqOf(call, place);
    const events = await this.store.events(call.id, afterSeq, limit + 1);
    const page = events.slice(0, limit);
    const last = events.length > limit ? page.at(-1) : undefined;
    return { data: page.map((event) => eventViewOf(event)), nextCursor: last ? String(last.seq) : null };
  }

  async ofAll(limit: number, place?: Place): Promise<EventListDto> {
    const page = await this.store.eventsOfAll(place?.text, limit);
    if (!page) throw unknown(place, 'take nextCursor of an earlier answer, or leave it out');
    return { data: page.events.map((event) => eventViewOf(event)), nextCursor: page.cursor };
  }

  async transcript(id: string): Promise<Turn[]> {
    const call = await this.call(id);
    const events: TimelineEvent[] = [];
    for (let page; !page || page.length === TRANSCRIPT_PAGE;) {
      page = await this.store.events(call.id, events.at(-1)?.seq ?? 0, TRANSCRIPT_PAGE);
      events.push(...page);
    }
    return transcriptOf(events);
  }

  async followCall(id: string, place?: Place): Promise<Opening> {
    const call = await this.call(id);
    const afterSeq = await this.seqOf(call, place);
    return { follower: new CallFollower(this.hub, call.id, afterSeq, isFinal(call.status)) };
  }

  /** Behind the place, or from now on: then the reader is told where now is, so that it misses nothing when it comes back. */
  async followAll(place?: Place): Promise<Opening> {
    const start = await this.store.eventsOfAll(place?.text, 1);
    if (!start) throw unknown(place, 'take the id of an event of this stream, or leave it out');
    const cursor = place?.text ?? start.cursor;
    return { follower: new AllFollower(this.hub, cursor), lastEventId: cursor };
  }

  private async call(id: string): Promise<Call> {
    const call = isCallId(id) ? await this.store.find(id) : undefined;
    if (!call) throw new CordboardError('not-found', 'There is no call with this id.');
    return call;
  }

  /** Behind a number that the call has not reached nothing would come, for ever, and nobody would know why. */
  private async seqOf({ id }: Call, place?: Place): Promise<number> {
    if (!place || place.text === '0') return 0;
    const seq = /^\d{1,9}$/.test(place.text) ? Number(place.text) : undefined;
    const [event] = seq === undefined ? [] : await this.store.events(id, seq - 1, 1);
    if (seq === undefined || event?.seq !== seq)
      throw unknown(place, 'take the number of an event of this call, or leave it out');
    return seq;
  }
}

function unknown(place: Place | undefined, mend: string): CordboardError {
  const field = place?.field ?? 'cursor';
  return new CordboardError('bad-input', `${field}: unknown`, [
    { field, message: `is no place in this timeline; ${mend}` },
  ]);
}
