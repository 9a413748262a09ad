/**
 * How many calls may be placed to one number, and with one key, within a time. The store counts, for all replicas together.
 */
import { createHmac } from 'node:crypto';
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
    return direction === 'inbound' || twilioCallSid !== null ? [] : this.caps(placedBy);
  }

  /** Of whatever is rung with that key. */
  caps(placedBy: string | null): readonly Cap[] {
    const { CALLS_PER_DESTINATION = [], CALLS_PER_KEY = [] } = this.environment;
    const now = this.clock.now();
    return [
      ...CALLS_PER_DESTINATION.map((pace) => ({ ...pace, of: 'destination' as const })),
      ...(placedBy === null ? [] : CALLS_PER_KEY.map((pace) => ({ ...pace, of: 'key' as const }))),
    ].map(({ of, most, withinMs, text }) => ({ of, most, withinMs, since: now - withinMs, limit: text }));
  }

  /**
   * What calls to a number are counted by, so that they are also counted after the number was taken out of their records. Keyed by a
   * secret that the database does not have: who reads it cannot try all numbers. When the token is changed, counting begins anew.
   */
  destinationOf({ direction, to }: Call): string | undefined {
    return direction === 'inbound' ? undefined : this.hashOf(to);
  }

  hashOf(number: string): string {
    return createHmac('sha256', this.environment.TWILIO_AUTH_TOKEN)
      .update(`destination\0${number}`)
      .digest('base64url');
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
