/**
 * Waiting for something to become true of a call, without polling: a waiter is looked at whenever the call changes. It knows
 * nothing of calls; what is waited for and what to say on failure are handed in.
 */
export class WaitFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WaitFailed';
  }
}

/** What a waiter asks. */
export interface Question<T> {
  /** Completes "waited … for": what was waited for, in words. */
  readonly what: string;
  /** The answer, once there is one. */
  readonly find: () => T | undefined;
  /** The reason why there will never be an answer, once there is one. */
  readonly hopeless?: () => string | undefined;
}

export class CallFacts {
  private readonly checks = new Set<() => boolean>();
  private readonly failures = new Set<(why: string) => void>();

  /** @param situation how things stand, told when a wait fails */
  constructor(private readonly situation: () => string) {}

  /** True when nobody waits, so that a caller in a hot loop can skip `changed`. */
  get isIdle(): boolean {
    return this.checks.size === 0;
  }

  /** @throws WaitFailed after `limitMs`, or as soon as it is known that it will not happen */
  wait<T>(question: Question<T>, limitMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const fail = (why: string): void => {
        finish();
        reject(new WaitFailed(`${why} while waiting for ${question.what}; ${this.situation()}`));
      };
      const finish = (): void => {
        clearTimeout(timer);
        this.checks.delete(check);
        this.failures.delete(fail);
      };
      const check = (): boolean => {
        const found = question.find();
        const why = found === undefined ? question.hopeless?.() : undefined;
        if (why !== undefined) fail(why);
        if (found === undefined) return why !== undefined;
        finish();
        resolve(found);
        return true;
      };
      const timer = setTimeout(() => fail(`${limitMs} ms passed`), limitMs);
      this.checks.add(check);
      this.failures.add(fail);
      check();
    });
  }

  /** Something changed: whoever waits looks again. */
  changed(): void {
    // A set may be shortened while it is walked, and what is added meanwhile is looked at as well.
    for (const check of this.checks) check();
  }

  /** Nothing will change any more. */
  abandon(why: string): void {
    for (const fail of this.failures) fail(why);
  }
}
