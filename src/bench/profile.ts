/**
 * What a call sends while it is measured.
 */
export type ProfileName = 'steady' | 'conversation' | 'growth';

export interface Profile {
  readonly name: ProfileName;
  /** Twilio sends a frame every 20 ms, silence too. */
  readonly callerEveryMs: number;
  readonly callerBytes: number;
  /** The agent's audio comes in bursts, much faster than it is heard. */
  readonly agentEveryMs: number;
  readonly agentPieces: number;
  readonly agentBytes: number;
}

/** Both sides speak all the time, as no conversation does: what a relay is compared by. */
const STEADY: Profile = {
  name: 'steady',
  callerEveryMs: 20,
  callerBytes: 160,
  agentEveryMs: 20,
  agentPieces: 1,
  agentBytes: 160,
};

/** The agent says about a second of audio every two seconds, in four pieces at once. */
const CONVERSATION: Profile = {
  name: 'conversation',
  callerEveryMs: 20,
  callerBytes: 160,
  agentEveryMs: 2000,
  agentPieces: 4,
  agentBytes: 1920,
};

/** So many messages a second in all, however many calls they are spread over: what is left to differ is the number of calls. */
const GROWTH_PER_SECOND = 5000;

/** @param calls at once. */
export function profileOf(name: ProfileName, calls: number): Profile {
  if (name === 'steady') return STEADY;
  if (name === 'conversation') return CONVERSATION;
  const callerEveryMs = (calls * 1000) / GROWTH_PER_SECOND;
  return { ...STEADY, name, callerEveryMs, agentPieces: 0 };
}
