/**
 * The port through which the core and the simulators know time. A test moves time by hand; the service uses the system's.
 */

/** Cancels the task; harmless once it ran, and when called twice. */
export type Cancel = () => void;

export abstract class Clock {
  /** Milliseconds since the Unix epoch. */
  abstract now(): number;
  /** Runs `task` once, `ms` milliseconds from now, unless cancelled before. */
  abstract after(ms: number, task: () => void): Cancel;
}
