/**
 * The steps from a request to the first word of the agent, as they are shown on the call and counted over all calls. Pure.
 */
import type { Call } from './call.js';

/** Milliseconds; null until both ends of the step are known. What comes in another order than expected took no time. */
export function stepsOf({ times }: Call) {
  return {
    requestToDial: between(times.createdAt, times.startedAt),
    dialToAnswer: between(times.startedAt, times.answeredAt),
    requestToAnswer: between(times.createdAt, times.answeredAt),
    answerToStream: between(times.answeredAt, times.streamStartedAt),
    streamToAgentReady: between(times.streamStartedAt, times.agentReadyAt),
    agentReadyToFirstAudio: between(times.agentReadyAt, times.firstAudioAt),
    answerToFirstAudio: between(times.answeredAt, times.firstAudioAt),
  };
}

export interface CallStep {
  /** As in the timings of a call. */
  readonly step: string;
  readonly ms: number;
}

/** The steps that this change has completed. */
export function stepsTaken(call: Call, before: Call): readonly CallStep[] {
  const known = new Map<string, number | null>(Object.entries(stepsOf(before)));
  return Object.entries(stepsOf(call)).flatMap(([step, ms]) =>
    ms !== null && known.get(step) === null ? [{ step, ms }] : [],
  );
}

function between(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Math.max(0, to - from);
}
