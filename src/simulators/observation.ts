/**
 * What a simulator saw, told as it happens to whoever shows or checks a call. Times are of `performance.now()`, so that both
 * simulators of one program share a clock.
 */
export interface Observation {
  readonly atMs: number;
  readonly by: 'twilio' | 'elevenlabs';
  /** The Twilio CallSid or the ElevenLabs conversation id. */
  readonly call: string;
  readonly what: string;
  readonly detail: Readonly<Record<string, unknown>>;
}
export type Observer = (observation: Observation) => void;
