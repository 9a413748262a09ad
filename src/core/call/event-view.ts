/**
 * An event as the outside sees it, the same wherever it is shown: as JSON, in an event stream, in a webhook. Pure.
 */
import type { CallId } from '../ids.js';
import { eventIdOf, type TimelineEvent, type TimelineType } from './timeline.js';

/** Where it stands among the events of all calls is nobody's business outside of an event stream. */
export type ShownEvent = Omit<TimelineEvent, 'cursor'>;

export interface EventView {
  /** Unique among the events of all calls. */
  readonly id: string;
  /** Its place in its call: 1, 2, 3, … without a gap. */
  readonly seq: number;
  readonly callId: CallId;
  readonly type: TimelineType;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export function eventViewOf(event: ShownEvent): EventView {
  const { seq, callId, type, at, details } = event;
  return { id: eventIdOf(event), seq, callId, type, at: new Date(at).toISOString(), details };
}
