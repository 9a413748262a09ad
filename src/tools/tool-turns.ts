/**
 * How many runs of one tool there may be at once. One too many waits a little, because a caller who waits anyway would rather wait two
 * seconds more than be told that it does not work; then it is told so, because more would be silence.
 */
import type { Clock } from '../core/clock.js';

/** A caller takes two seconds for thinking, and four for a broken line. */
export const PATIENCE_MS = 2000;
/** A run that was given up and does not notice holds its place so much longer: it still costs what it costs. */
export const GIVEN_UP_MS = 60_000;

/** One run's place. */
export interface Turn {
  /** The run is over, in earnest. */
  release(): void;
  /** Nobody waits for the run any more, and it may go on for ever. */
  giveUp(): void;
}

interface Place extends Turn {
  givenUpAt: number | undefined;
}

export class ToolTurns {
  private readonly places = new Set<Place>();
  private readonly waiting = new Set<(turn: Turn) => void>();

  constructor(
    private readonly most: number,
    private readonly clock: Clock,
  ) {}

  /** Runs that have not ended, those that were given up included. */
  get running(): number {
    return this.places.size;
  }

  /** Undefined when none came free in time, or as many wait as may run. */
  take(signal: AbortSignal): Promise<Turn | undefined> {
    if (this.places.size >= this.most) this.reclaim();
    if (this.places.size < this.most) return Promise.resolve(this.seat());
    if (this.waiting.size >= this.most || signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const settle = (turn: Turn | undefined): void => {
        cancel();
        signal.removeEventListener('abort', leave);
        this.waiting.delete(settle);
        resolve(turn);
      };
      const leave = (): void => settle(undefined);
      const cancel = this.clock.after(PATIENCE_MS, leave);
      signal.addEventListener('abort', leave, { once: true });
      this.waiting.add(settle);
    });
  }

  private seat(): Turn {
    const place: Place = {
      givenUpAt: undefined,
      release: () => this.free(place),
      giveUp: () => {
        place.givenUpAt = this.clock.now();
      },
    };
    this.places.add(place);
    return place;
  }

  private free(place: Place): void {
    if (!this.places.delete(place)) return;
    const [next] = this.waiting;
    if (next) next(this.seat());
  }

  private reclaim(): void {
    const before = this.clock.now() - GIVEN_UP_MS;
    for (const place of this.places)
      if (place.givenUpAt !== undefined && place.givenUpAt <= before) this.places.delete(place);
  }
}
