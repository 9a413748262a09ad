/**
 * A call as the outside sees it.
 */
import type { Call } from '../core/call/call.js';
import { stepsOf } from '../core/call/call-steps.js';
import type { CostSoFar } from '../core/cost/estimate.js';
import { usdText } from '../core/cost/money.js';
import type { CallDto } from './call.dto.js';

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** Without what was said to either side. */
function transferOf({ transfer }: Call): CallDto['transfer'] {
  if (!transfer) return null;
  const { id, mode, to, target, by, status, outcome, startedAt, connectedAt, endedAt } = transfer;
  return {
    id,
    mode,
    to,
    target,
    by,
    status,
    outcome,
    startedAt: new Date(startedAt).toISOString(),
    connectedAt: iso(connectedAt),
    endedAt: iso(endedAt),
  };
}

export function viewOf(call: Call, cost: CostSoFar): CallDto {
  const { times } = call;
  const steps = stepsOf(call);
  return {
    id: call.id,
    direction: call.direction,
    status: call.status,
    endReason: call.endReason,
    failure: call.failure,
    to: call.to,
    from: call.from,
    agentId: call.agentId,
    variables: call.variables,
    overrides: call.overrides,
    metadata: call.metadata,
    campaignId: call.campaignId,
    placedBy: call.placedBy,
    webhookUrl: call.webhookUrl,
    twilioCallSid: call.twilioCallSid,
    streamSid: call.streamSid,
    conversationId: call.conversationId,
    answeredBy: call.answeredBy,
    createdAt: new Date(times.createdAt).toISOString(),
    startedAt: iso(times.startedAt),
    answeredAt: iso(times.answeredAt),
    endedAt: iso(times.endedAt),
    durationSeconds: call.durationSeconds,
    cost: {
      telephony: usdText(cost.telephony),
      agent: usdText(cost.agent),
      total: usdText(cost.total),
      final: cost.final,
    },
    erased: call.erased,
    recording: { status: call.recording.status, durationSeconds: call.recording.durationSeconds },
    transfer: transferOf(call),
    analysis: call.analysis,
    timings: {
      requestToDialMs: steps.requestToDial,
      dialToAnswerMs: steps.dialToAnswer,
      requestToAnswerMs: steps.requestToAnswer,
      answerToStreamMs: steps.answerToStream,
      streamToAgentReadyMs: steps.streamToAgentReady,
      agentReadyToFirstAudioMs: steps.agentReadyToFirstAudio,
      answerToFirstAudioMs: steps.answerToFirstAudio,
    },
  };
}
