/**
 * Port: the telephone company. Addresses and webhooks are its implementation's business.
 */
import type { Call, CallStatus } from './call.js';
import type { PlacedCall } from './match-placed.js';

export interface CarrierView {
  readonly status: CallStatus;
  readonly durationSeconds: number | undefined;
}

export abstract class Carrier {
  /**
   * Rings the far end. Resolves with the carrier's id once it has taken the call.
   * @throws CordboardError `carrier-refused` when it certainly did not, `carrier-unreachable` when that is not known.
   */
  abstract place(call: Call): Promise<string>;
  /** What the carrier's list has with both numbers of the call, the newest at least; some of it may be other calls. */
  abstract findPlaced(call: Call): Promise<readonly PlacedCall[]>;
  /** Ends the line, ringing or answered. Resolves also when it had ended already. */
  abstract hangUp(twilioCallSid: string): Promise<void>;
  /**
   * Takes the line away from where it is, its media stream included, and asks that path of ours what becomes of it.
   * @throws CordboardError `call-ended` when there is no line any more, `carrier-refused`, `carrier-unreachable`.
   */
  abstract redirect(twilioCallSid: string, path: string): Promise<void>;
  /** What the carrier says of the call; undefined when it knows no such call. */
  abstract look(twilioCallSid: string): Promise<CarrierView | undefined>;
  /** Deletes what the carrier keeps about an ended call. Resolves also when it keeps nothing. */
  abstract forget(twilioCallSid: string): Promise<void>;
}
