/**
 * Processes that give way to the others on this machine: what would stand on another one must not take the processor from what is measured.
 */
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const LOWEST = 19;

/** Children that it makes afterwards too. Does nothing where the system does not allow it. */
export function yieldToOthers(pid: number): void {
  try {
    setPriority(pid, LOWEST);
    // Where Linux groups processes by session, priorities count within a group only.
    writeFileSync(`/proc/${pid}/autogroup`, String(LOWEST));
  } catch {
    // The figures have more of the machine in them then.
  }
}
