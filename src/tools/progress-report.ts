/**
 * Keeps what a long tool says of its progress within bounds: the agent's model reads every word of it, and a tool in a loop may talk
 * without end.
 */
import type { Clock } from '../core/clock.js';
import type { ToolScope } from '../core/tool/tool.js';

export const PROGRESS_PAUSE_MS = 1000;
export const MAX_PROGRESS_CHARS = 1000;

export interface ProgressReport {
  readonly tell: (text: string) => void;
  /** The tool has answered: what it says from now on is too late. */
  end(): void;
}

export function progressReport(scope: ToolScope, clock: Clock): ProgressReport {
  let toldAt = -Infinity;
  let isOver = false;
  return {
    tell: (text) => {
      const now = clock.now();
      if (isOver || scope.signal.aborted || now - toldAt < PROGRESS_PAUSE_MS) return;
      toldAt = now;
      scope.progress(text.slice(0, MAX_PROGRESS_CHARS));
    },
    end: () => {
      isOver = true;
    },
  };
}
