/**
 * An event as a message of an event stream.
 */
import { eventViewOf } from '../core/call/event-view.js';
import type { TimelineEvent } from '../core/call/timeline.js';

/**
 * Without a name of its own, so that `onmessage` of an EventSource gets every type; JSON holds no line break, so one line of
 * `data` is enough.
 * @param place what a reader hands back to go on behind this event.
 */
export function messageOf(event: TimelineEvent, place: string): string {
  return `id: ${place}\ndata: ${JSON.stringify(eventViewOf(event))}\n\n`;
}
