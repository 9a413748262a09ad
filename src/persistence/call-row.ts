/**
 * A call as a row and back. Pure.
 */
import type { Call } from '../core/call/call.js';
import type { calls } from './schema.js';

export type CallRow = typeof calls.$inferSelect;
/** What the store keeps beside the call stays out: its writers are others. */
export type CallFields = Omit<CallRow, 'lastSeq' | 'reservedUsdMicros' | 'owner' | 'destinationHash'>;

export function rowOf(call: Call): CallFields {
  const { to, from, times, cost, id, version, erased, ...same } = call;
  return {
    ...same,
    id,
    version,
    toNumber: to,
    fromNumber: from,
    telephonyUsdMicros: cost.telephony?.usdMicros ?? null,
    telephonyFinal: cost.telephony?.final ?? false,
    agentUsdMicros: cost.agent?.usdMicros ?? null,
    agentFinal: cost.agent?.final ?? false,
    transcriptErased: erased.transcript,
    personErased: erased.person,
    createdAt: new Date(times.createdAt),
    startedAt: dateOf(times.startedAt),
    answeredAt: dateOf(times.answeredAt),
    streamStartedAt: dateOf(times.streamStartedAt),
    agentReadyAt: dateOf(times.agentReadyAt),
    firstAudioAt: dateOf(times.firstAudioAt),
    endedAt: dateOf(times.endedAt),
  };
}

export function callOf(row: CallRow): Call {
  return {
    id: row.id,
    version: row.version,
    direction: row.direction,
    status: row.status,
    endReason: row.endReason,
    failure: row.failure,
    to: row.toNumber,
    from: row.fromNumber,
    agentId: row.agentId,
    variables: row.variables,
    overrides: row.overrides,
    metadata: row.metadata,
    campaignId: row.campaignId,
    placedBy: row.placedBy,
    webhookUrl: row.webhookUrl,
    ringTimeoutSeconds: row.ringTimeoutSeconds,
    maxDurationSeconds: row.maxDurationSeconds,
    twilioCallSid: row.twilioCallSid,
    streamSid: row.streamSid,
    conversationId: row.conversationId,
    earlierConversationIds: row.earlierConversationIds,
    answeredBy: row.answeredBy,
    durationSeconds: row.durationSeconds,
    recording: row.recording,
    cost: {
      telephony: partOf(row.telephonyUsdMicros, row.telephonyFinal),
      agent: partOf(row.agentUsdMicros, row.agentFinal),
    },
    transfer: row.transfer,
    analysis: row.analysis,
    erased: { transcript: row.transcriptErased, person: row.personErased },
    times: {
      createdAt: row.createdAt.getTime(),
      startedAt: timeOf(row.startedAt),
      answeredAt: timeOf(row.answeredAt),
      streamStartedAt: timeOf(row.streamStartedAt),
      agentReadyAt: timeOf(row.agentReadyAt),
      firstAudioAt: timeOf(row.firstAudioAt),
      endedAt: timeOf(row.endedAt),
    },
  };
}

function partOf(usdMicros: number | null, final: boolean): { usdMicros: number; final: boolean } | null {
  return usdMicros === null ? null : { usdMicros, final };
}

function dateOf(at: number | null): Date | null {
  return at === null ? null : new Date(at);
}

function timeOf(date: Date | null): number | null {
  return date === null ? null : date.getTime();
}
