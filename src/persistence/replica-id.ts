/**
 * Who this process is, and whether another one of the same machine still runs.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ReplicaIdentity {
  readonly id: string;
  /** Within it, process ids name processes: the machine, its boot and, on Linux, the namespace of process ids. */
  readonly host: string;
  readonly pid: number;
}

export function thisReplica(): ReplicaIdentity {
  return { id: `replica_${randomUUID()}`, host: placeOfProcessIds(), pid: process.pid };
}

/** Only for a process of the same place. Another one may have taken its number meanwhile: then the answer is a careful yes. */
export function runsStill(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
}

/** Containers share names and process ids with others, so the name of the host alone would take a living one for dead. */
function placeOfProcessIds(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${hostname()} ${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}
