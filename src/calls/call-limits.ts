/**
 * How many calls may be placed to one number, and with one key, within a time. The store counts, for all replicas together.
 */
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { Call } from '../core/call/call.js';
import type { Cap, EntryRefusal } from '../core/call/call.store.js';
import { Clock } from '../core/clock.js';
import { CordboardError } from '../core/errors.js';

@Injectable()
export class CallLimits {
  constructor(
    private readonly environment: Environment,
    private readonly clock: Clock,
  ) {}

  /** Calls that nobody here placed are not limited: they ring already. */
  of({ direction, twilioCallSid, placedBy }: Call): readonly Cap[] {
    if (direction === 'inbound' || twilioCallSid !== null) return [];
    const { CALLS_PER_DESTINATION = [], CALLS_PER_KEY = [] } = this.environment;
    const now = this.clock.now();
    return [
      ...CALLS_PER_DESTINATION.map((pace) => ({ ...pace, of: 'destination' as const })),
      ...(placedBy === null ? [] : CALLS_PER_KEY.map((pace) => ({ ...pace, of: 'key' as const }))),
    ].map(({ of, most, withinMs, text }) => ({ of, most, withinMs, since: now - withinMs, limit: text }));
  }

  errorOf({ cap: { of, limit, withinMs }, oldestAt }: Extract<EntryRefusal, { of: 'cap' }>): CordboardError {
    const retryAfterSeconds = Math.max(1, Math.ceil((oldestAt + withinMs - this.clock.now()) / 1000));
    const [code, variable] =
      of === 'destination'
        ? (['destination-limit-reached', 'CALLS_PER_DESTINATION'] as const)
        : (['key-limit-reached', 'CALLS_PER_KEY'] as const);
    const detail = `${variable} allows ${limit}; the next call is possible in ${retryAfterSeconds} s.`;
    return new CordboardError(code, detail, [], { limit, retryAfterSeconds });
  }
}
