/**
 * What a call is taken to cost while nobody knows it: the line by begun minutes, as Twilio rounds them up, and the agent by the
 * time of its connection. Pure; the vendors' own figures replace it later.
 */
import { isFinal, type Call, type CallCost, type CostPart } from '../call/call.js';

/** Both in millionths of a US dollar. */
export interface Rates {
  readonly telephonyUsdMicrosPerMinute: number;
  readonly agentUsdMicrosPerMinute: number;
}

/** Costs of a call as they stand, known or estimated, in millionths of a US dollar. */
export interface CostSoFar {
  readonly telephony: number;
  readonly agent: number;
  readonly total: number;
  /** Whether both are what the vendors charged. */
  readonly final: boolean;
}

const MINUTE_MS = 60_000;

/** The line of so many seconds. One that was answered at all has begun its first minute. */
export function telephonyUsdMicros(seconds: number, rates: Rates): number {
  return Math.max(1, Math.ceil(seconds / 60)) * rates.telephonyUsdMicrosPerMinute;
}

/** An agent that was connected for so long: counted by the time of connection, so not rounded to minutes. */
export function agentUsdMicros(ms: number, rates: Rates): number {
  return Math.ceil((Math.max(0, ms) * rates.agentUsdMicrosPerMinute) / MINUTE_MS);
}

/** What a call of so many seconds would cost. */
export function expectedUsdMicros(seconds: number, rates: Rates): number {
  return seconds === 0 ? 0 : telephonyUsdMicros(seconds, rates) + agentUsdMicros(seconds * 1000, rates);
}

/** @param now milliseconds since the Unix epoch; of no matter once the call has ended. */
export function costOf(call: Call, now: number, rates: Rates): CostSoFar {
  const telephony = call.cost.telephony ?? estimateOfLine(call, now, rates);
  const agent = call.cost.agent ?? estimateOfAgent(call, now, rates);
  return {
    telephony: telephony.usdMicros,
    agent: agent.usdMicros,
    total: telephony.usdMicros + agent.usdMicros,
    final: isFinal(call.status) && telephony.final && agent.final,
  };
}

/** What goes on the record of a call at its end, beside what is known already. */
export function costAtEnd(call: Call, rates: Rates): CallCost {
  const now = call.times.endedAt ?? call.times.createdAt;
  return {
    telephony: call.cost.telephony ?? estimateOfLine(call, now, rates),
    agent: call.cost.agent ?? estimateOfAgent(call, now, rates),
  };
}

function estimateOfLine(call: Call, now: number, rates: Rates): CostPart {
  const { answeredAt, endedAt, startedAt } = call.times;
  if (answeredAt !== null) {
    const seconds = call.durationSeconds ?? Math.max(0, (endedAt ?? now) - answeredAt) / 1000;
    return {
      usdMicros: telephonyUsdMicros(seconds, rates) + personUsdMicros(call, now, rates),
      final: false,
    };
  }
  // Never asked, or refused: there is nothing that Twilio could charge for. An answer that was lost leaves that open.
  const wasRefused = startedAt === null || call.failure?.code === 'carrier-refused';
  return { usdMicros: 0, final: isFinal(call.status) && call.twilioCallSid === null && wasRefused };
}

/** The leg of the person who has the call, or had it last. */
function personUsdMicros({ transfer }: Call, now: number, rates: Rates): number {
  if (!transfer || transfer.connectedAt === null) return 0;
  return telephonyUsdMicros(((transfer.endedAt ?? now) - transfer.connectedAt) / 1000, rates);
}

function estimateOfAgent(call: Call, now: number, rates: Rates): CostPart {
  const { agentReadyAt, endedAt } = call.times;
  if (call.conversationId === null || agentReadyAt === null)
    return { usdMicros: 0, final: isFinal(call.status) };
  return { usdMicros: agentUsdMicros((endedAt ?? now) - agentReadyAt, rates), final: false };
}
