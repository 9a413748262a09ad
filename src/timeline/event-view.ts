/**
 * An event as the outside sees it: as JSON, and as a message of an event stream.
 */
import { eventIdOf, type TimelineEvent } from '../core/call/timeline.js';
import type { EventDto } from './timeline.dto.js';

export function viewOf(event: TimelineEvent): EventDto {
  return {
    id: eventIdOf(event),
    seq: event.seq,
    callId: event.callId,
    type: event.type,
    at: new Date(event.at).toISOString(),
    details: event.details,
  };
}

/**
 * Without a name of its own, so that `onmessage` of an EventSource gets every type; JSON holds no line break, so one line of
 * `data` is enough.
 * @param place what a reader hands back to go on behind this event.
 */
export function messageOf(event: TimelineEvent, place: string): string {
  return `id: ${place}\ndata: ${JSON.stringify(viewOf(event))}\n\n`;
}
