/**
 * What clients get about calls. The doc comments become the OpenAPI document.
 */
import { ApiProperty } from '@nestjs/swagger';
import {
  CALL_STATUSES,
  END_REASONS,
  RECORDING_STATUSES,
  type CallDirection,
  type CallStatus,
  type EndReason,
  type RecordingStatus,
} from '../core/call/call.js';
import {
  TRANSFER_MODES,
  TRANSFER_OUTCOMES,
  type TransferMode,
  type TransferOutcome,
} from '../core/call/transfer.js';
import { OverridesDto } from './calls.dto.js';

export class CallFailureDto {
  /** Code of the error catalogue. */
  @ApiProperty({ example: 'agent-missing-variable' })
  code!: string;
  detail!: string;
}

/** Milliseconds between steps of the call; null until both have happened. */
export class CallTimingsDto {
  /** From the request, or Twilio's, to the moment at which Twilio was asked to dial: the account's rate makes calls wait. */
  @ApiProperty({ type: Number, nullable: true })
  requestToDialMs!: number | null;
  /** From there to the answer of the phone. */
  @ApiProperty({ type: Number, nullable: true })
  dialToAnswerMs!: number | null;
  /** From the request to the answer of the phone. */
  @ApiProperty({ type: Number, nullable: true })
  requestToAnswerMs!: number | null;
  /** From the answer to the first message of Twilio's media stream. */
  @ApiProperty({ type: Number, nullable: true })
  answerToStreamMs!: number | null;
  /** From the stream to an agent that is ready. */
  @ApiProperty({ type: Number, nullable: true })
  streamToAgentReadyMs!: number | null;
  /** From a ready agent to its first audio on its way to the caller. */
  @ApiProperty({ type: Number, nullable: true })
  agentReadyToFirstAudioMs!: number | null;
  /** From the answer to the first audio of the agent on its way to the caller. */
  @ApiProperty({ type: Number, nullable: true })
  answerToFirstAudioMs!: number | null;
}

export class CallRecordingDto {
  /** `pending`: asked for, nothing recorded yet. `absent`: asked for, and there was nothing to record. */
  @ApiProperty({ enum: RECORDING_STATUSES })
  status!: RecordingStatus;
  @ApiProperty({ type: Number, nullable: true })
  durationSeconds!: number | null;
}

/** In US dollars, as decimal text. An estimate while the call runs; afterwards what the vendors say that they charged. */
export class CostDto {
  /** What Twilio charges for the line. Its price leaves out media streams, machine detection and recordings. */
  @ApiProperty({ example: '0.0140' })
  telephony!: string;
  /** What ElevenLabs charges for the conversation, its models included. */
  @ApiProperty({ example: '0.0973' })
  agent!: string;
  @ApiProperty({ example: '0.1113' })
  total!: string;
  /** Whether both are what the vendors charged, and no estimate is in it. */
  final!: boolean;
}

/** What ElevenLabs made of the conversation afterwards. */
export class CallAnalysisDto {
  @ApiProperty({ enum: ['success', 'failure', 'unknown'] })
  successful!: 'success' | 'failure' | 'unknown';
  @ApiProperty({ type: String, nullable: true })
  summary!: string | null;
  /** Results of the agent's evaluation criteria, by their id. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  evaluation!: Readonly<Record<string, unknown>>;
  /** What the agent's data collection found, by name. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  collected!: Readonly<Record<string, unknown>>;
}

/** What was taken out of the record, by age or because somebody asked for it. */
export class CallErasureDto {
  /** What was said, pressed and looked up, and what was made of it. */
  transcript!: boolean;
  /** The number of the other side, which is `anonymous` now, variables, overrides and metadata. */
  person!: boolean;
}

/** A call that was handed to a person. */
export class CallTransferDto {
  @ApiProperty({ example: 'tr_5f0c9f4f2b8a4c5e9d3a7b1c2d3e4f50' })
  id!: string;
  @ApiProperty({ enum: TRANSFER_MODES })
  mode!: TransferMode;
  @ApiProperty({ example: '+14155550199' })
  to!: string;
  /** Its name in TRANSFER_TARGETS, where the agent chose it by that. */
  @ApiProperty({ type: String, nullable: true, example: 'sales' })
  target!: string | null;
  /** Fingerprint of the API key that asked for it, `agent`, or `fallback`: no agent was to be had. */
  by!: string;
  @ApiProperty({ enum: ['ringing', 'talking', 'ended'] })
  status!: 'ringing' | 'talking' | 'ended';
  /** What came of it; after all but `completed` the caller went back to the agent, unless the call ended. */
  @ApiProperty({ enum: TRANSFER_OUTCOMES, nullable: true })
  outcome!: TransferOutcome | null;
  @ApiProperty({ format: 'date-time' })
  startedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  connectedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;
}

export class CallDto {
  @ApiProperty({ example: 'call_5f0c9f4f2b8a4c5e9d3a7b1c2d3e4f50' })
  id!: string;
  @ApiProperty({ enum: ['outbound', 'inbound'] })
  direction!: CallDirection;
  @ApiProperty({ enum: CALL_STATUSES })
  status!: CallStatus;
  /** Who ended the call, or why it never came about; null while it lives. */
  @ApiProperty({ enum: END_REASONS, nullable: true })
  endReason!: EndReason | null;
  /** What went wrong, if something did. */
  @ApiProperty({ type: CallFailureDto, nullable: true })
  failure!: CallFailureDto | null;
  @ApiProperty({ example: '+14155550123' })
  to!: string;
  @ApiProperty({ example: '+14155550100' })
  from!: string;
  agentId!: string;
  @ApiProperty({ type: 'object', additionalProperties: true, example: { name: 'John' } })
  variables!: Readonly<Record<string, string | number | boolean>>;
  overrides!: OverridesDto;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  metadata!: Readonly<Record<string, string>>;
  @ApiProperty({ type: String, nullable: true })
  campaignId!: string | null;
  /** Fingerprint of the API key that placed it, as it stands in the log; null for calls that were not placed here. */
  @ApiProperty({ type: String, nullable: true, example: 'key_5f0c9f4f2b8a' })
  placedBy!: string | null;
  /** Where the events of this call are posted to. */
  @ApiProperty({ type: String, nullable: true })
  webhookUrl!: string | null;
  @ApiProperty({ type: String, nullable: true })
  twilioCallSid!: string | null;
  @ApiProperty({ type: String, nullable: true })
  streamSid!: string | null;
  /** The conversation at ElevenLabs. */
  @ApiProperty({ type: String, nullable: true })
  conversationId!: string | null;
  @ApiProperty({ type: String, nullable: true })
  answeredBy!: string | null;
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  answeredAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;
  @ApiProperty({ type: Number, nullable: true })
  durationSeconds!: number | null;
  cost!: CostDto;
  recording!: CallRecordingDto;
  /** The newest, under way or over. */
  @ApiProperty({ type: CallTransferDto, nullable: true })
  transfer!: CallTransferDto | null;
  erased!: CallErasureDto;
  @ApiProperty({ type: CallAnalysisDto, nullable: true })
  analysis!: CallAnalysisDto | null;
  timings!: CallTimingsDto;
}

export class CallListDto {
  @ApiProperty({ type: [CallDto] })
  data!: CallDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}
