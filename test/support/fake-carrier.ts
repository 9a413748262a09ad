/**
 * A telephone company that does what the test says, and writes down what it was asked, in order and with the time.
 */
import type { Call } from '../../src/core/call/call.js';
import { Carrier, type CarrierView } from '../../src/core/call/carrier.js';
import type { PlacedCall } from '../../src/core/call/match-placed.js';
import type { Clock } from '../../src/core/clock.js';

export interface CarrierAsked {
  readonly verb: 'place' | 'find' | 'hang-up' | 'look' | 'forget' | 'redirect';
  /** Our id for `place` and `find`, the carrier's otherwise. */
  readonly id: string;
  readonly at: number;
}

export class FakeCarrier extends Carrier {
  readonly asked: CarrierAsked[] = [];
  /** What becomes of the next calls; replaced by tests. */
  placing: (call: Call) => Promise<string> = (call) => Promise.resolve(sidFor(call));
  finding: (call: Call) => Promise<readonly PlacedCall[]> = () => Promise.resolve([]);
  hangingUp: () => Promise<void> = () => Promise.resolve();
  redirecting: () => Promise<void> = () => Promise.resolve();
  looking: () => Promise<CarrierView | undefined> = () => Promise.resolve(undefined);

  constructor(private readonly clock: Clock) {
    super();
  }

  place(call: Call): Promise<string> {
    this.note('place', call.id);
    return this.placing(call);
  }
  findPlaced(call: Call): Promise<readonly PlacedCall[]> {
    this.note('find', call.id);
    return this.finding(call);
  }
  hangUp(twilioCallSid: string): Promise<void> {
    this.note('hang-up', twilioCallSid);
    return this.hangingUp();
  }
  redirect(twilioCallSid: string): Promise<void> {
    this.note('redirect', twilioCallSid);
    return this.redirecting();
  }
  look(twilioCallSid: string): Promise<CarrierView | undefined> {
    this.note('look', twilioCallSid);
    return this.looking();
  }

  forget(twilioCallSid: string): Promise<void> {
    this.note('forget', twilioCallSid);
    return Promise.resolve();
  }

  times(verb: CarrierAsked['verb']): number[] {
    return this.asked.filter((asked) => asked.verb === verb).map(({ at }) => at);
  }

  private note(verb: CarrierAsked['verb'], id: string): void {
    this.asked.push({ verb, id, at: this.clock.now() });
  }
}

export function sidFor(call: Call): string {
  return `CA${call.id.slice('call_'.length).padEnd(32, '0').slice(0, 32)}`;
}
