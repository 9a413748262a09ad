/**
 * Processor time and memory of another process, as Linux counts them: nanoseconds of all its threads, and resident bytes. Elsewhere there
 * is no such figure without asking the process itself, so there is none.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Microseconds on a processor since the start of the process, children not included; undefined where it cannot be known. */
export function processorMicros(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    let nanos = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      try {
        nanos += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
      } catch {
        // A thread that ended meanwhile.
      }
    }
    return nanos / 1000;
  } catch {
    return undefined;
  }
}

/** Resident bytes now. */
export function residentBytes(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

/** Children of a process, of which a server may have some that work for it. */
export function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}
