/**
 * What a call sends while it is measured.
 */
export interface Profile {
  readonly name: 'steady' | 'conversation';
  /** Twilio sends a frame every 20 ms, silence too. */
  readonly callerEveryMs: number;
  readonly callerBytes: number;
  /** The agent's audio comes in bursts, much faster than it is heard. */
  readonly agentEveryMs: number;
  readonly agentPieces: number;
  readonly agentBytes: number;
}

/** Both sides speak all the time, as no conversation does: what a relay is compared by. */
export const STEADY: Profile = {
  name: 'steady',
  callerEveryMs: 20,
  callerBytes: 160,
  agentEveryMs: 20,
  agentPieces: 1,
  agentBytes: 160,
};

/** The agent says about a second of audio every two seconds, in four pieces at once. */
export const CONVERSATION: Profile = {
  name: 'conversation',
  callerEveryMs: 20,
  callerBytes: 160,
  agentEveryMs: 2000,
  agentPieces: 4,
  agentBytes: 1920,
};
