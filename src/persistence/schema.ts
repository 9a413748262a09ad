/**
 * The tables, as Drizzle reads them. `npm run migration` writes the SQL of a change into `migrations/`; nothing else alters a
 * database. Names of columns are the contract between versions: the SQL of the stores is written against them.
 */
import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  customType,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type {
  AgentOverrides,
  CallAnalysis,
  CallDirection,
  CallFailure,
  CallRecording,
  CallStatus,
  EndReason,
  Variables,
} from '../core/call/call.js';
import type { TimelineType } from '../core/call/timeline.js';
import type { CallTransfer } from '../core/call/transfer.js';
import type { CallId } from '../core/ids.js';

/** `json` and not `jsonb` throughout: what a client gave comes back in its own order. Nothing searches inside. */

/** Milliseconds are what JavaScript knows, so nothing finer is kept. */
const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
/** Millionths of a US dollar. */
const usdMicros = (name: string) => bigint(name, { mode: 'number' });
/** The number of a transaction, which only grows: events are read in this order once nothing older can appear. */
const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/** A call that has not ended. Queries that want the index say it in the same words. */
export const OPEN = sql.raw(`status in ('queued', 'initiated', 'ringing', 'in-progress')`);

export const calls = pgTable(
  'calls',
  {
    id: text('id').$type<CallId>().primaryKey(),
    version: integer('version').notNull(),
    /** Number of the last event of the call. */
    lastSeq: integer('last_seq').notNull().default(0),
    direction: text('direction').$type<CallDirection>().notNull(),
    status: text('status').$type<CallStatus>().notNull(),
    endReason: text('end_reason').$type<EndReason>(),
    failure: json('failure').$type<CallFailure>(),
    toNumber: text('to_number').notNull(),
    fromNumber: text('from_number').notNull(),
    agentId: text('agent_id').notNull(),
    variables: json('variables').$type<Variables>().notNull(),
    overrides: json('overrides').$type<AgentOverrides>().notNull(),
    metadata: json('metadata').$type<Readonly<Record<string, string>>>().notNull(),
    campaignId: text('campaign_id'),
    placedBy: text('placed_by'),
    /** What calls to one number are counted by. Stays when the number is taken out, until no limit by time looks so far back. */
    destinationHash: text('destination_hash'),
    webhookUrl: text('webhook_url'),
    ringTimeoutSeconds: integer('ring_timeout_seconds').notNull(),
    maxDurationSeconds: integer('max_duration_seconds').notNull(),
    twilioCallSid: text('twilio_call_sid'),
    streamSid: text('stream_sid'),
    conversationId: text('conversation_id'),
    earlierConversationIds: json('earlier_conversation_ids').$type<readonly string[]>().notNull(),
    answeredBy: text('answered_by'),
    durationSeconds: integer('duration_seconds'),
    recording: json('recording').$type<CallRecording>().notNull(),
    telephonyUsdMicros: usdMicros('telephony_usd_micros'),
    telephonyFinal: boolean('telephony_final').notNull().default(false),
    agentUsdMicros: usdMicros('agent_usd_micros'),
    agentFinal: boolean('agent_final').notNull().default(false),
    /** What the call counts for in the budget of the day while its cost is not known. */
    reservedUsdMicros: usdMicros('reserved_usd_micros').notNull().default(0),
    transfer: json('transfer').$type<CallTransfer>(),
    analysis: json('analysis').$type<CallAnalysis>(),
    transcriptErased: boolean('transcript_erased').notNull().default(false),
    personErased: boolean('person_erased').notNull().default(false),
    createdAt: moment('created_at').notNull(),
    startedAt: moment('started_at'),
    answeredAt: moment('answered_at'),
    streamStartedAt: moment('stream_started_at'),
    agentReadyAt: moment('agent_ready_at'),
    firstAudioAt: moment('first_audio_at'),
    endedAt: moment('ended_at'),
    /** The replica that answers for the call: see `replicas`. */
    owner: text('owner'),
  },
  (table) => [
    uniqueIndex('calls_twilio_call_sid').on(table.twilioCallSid),
    index('calls_conversation_id').on(table.conversationId),
    index('calls_newest').on(table.createdAt.desc(), table.id.desc()),
    index('calls_to_number').on(table.toNumber, table.createdAt.desc()),
    index('calls_from_number').on(table.fromNumber, table.createdAt.desc()),
    index('calls_with_transcript')
      .on(table.createdAt)
      .where(sql`not transcript_erased`),
    index('calls_with_person')
      .on(table.createdAt)
      .where(sql`not person_erased`),
    index('calls_destination_hash')
      .on(table.destinationHash, table.createdAt.desc())
      .where(sql`destination_hash is not null`),
    index('calls_placed_by').on(table.placedBy, table.createdAt.desc()),
    index('calls_agent_id').on(table.agentId, table.createdAt.desc()),
    index('calls_campaign_id').on(table.campaignId, table.createdAt.desc()),
    index('calls_open').on(table.owner).where(OPEN),
    index('calls_recorded')
      .on(table.createdAt)
      .where(sql`recording->>'status' in ('pending', 'recording', 'ready', 'failed')`),
  ],
);

export const callEvents = pgTable(
  'call_events',
  {
    callId: text('call_id')
      .$type<CallId>()
      .notNull()
      .references(() => calls.id, { onDelete: 'cascade' }),
    seq: integer('seq').notNull(),
    id: bigserial('id', { mode: 'number' }).notNull(),
    tx: xid8('tx')
      .notNull()
      .default(sql`pg_current_xact_id()`),
    batch: text('batch').notNull(),
    /** Within its batch: the same batch cannot be written twice, however late a statement arrives that was given up. */
    place: integer('place').notNull(),
    type: text('type').$type<TimelineType>().notNull(),
    at: moment('at').notNull(),
    details: json('details').$type<Readonly<Record<string, unknown>>>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.callId, table.seq] }),
    uniqueIndex('call_events_batch').on(table.callId, table.batch, table.place),
    index('call_events_all').on(table.tx, table.id),
  ],
);

/** Persons who were rung for a call, counted by the limits of calls as calls are. */
export const callTransfers = pgTable(
  'call_transfers',
  {
    id: text('id').primaryKey(),
    callId: text('call_id')
      .$type<CallId>()
      .notNull()
      .references(() => calls.id, { onDelete: 'cascade' }),
    destinationHash: text('destination_hash').notNull(),
    /** Fingerprint of the key that asked for it; where the agent did, of the one that placed the call. */
    placedBy: text('placed_by'),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [
    index('call_transfers_call_id').on(table.callId),
    index('call_transfers_destination_hash').on(table.destinationHash, table.createdAt.desc()),
    index('call_transfers_placed_by').on(table.placedBy, table.createdAt.desc()),
  ],
);

/** What is asked of the replica that carries a call, and its answer. Notices carry ids only; the words are here, for seconds. */
export const callCommands = pgTable(
  'call_commands',
  {
    id: text('id').primaryKey(),
    callId: text('call_id')
      .$type<CallId>()
      .notNull()
      .references(() => calls.id, { onDelete: 'cascade' }),
    command: json('command').$type<Readonly<Record<string, unknown>>>().notNull(),
    /** When a replica took it: what was taken is not carried out twice. */
    takenAt: moment('taken_at'),
    answer: json('answer').$type<Readonly<Record<string, unknown>>>(),
    createdAt: moment('created_at').notNull().defaultNow(),
  },
  (table) => [
    index('call_commands_call_id').on(table.callId),
    index('call_commands_created_at').on(table.createdAt),
  ],
);

/** Keys to the media socket, hashed: who reads the table cannot open one. */
export const streamTokens = pgTable(
  'stream_tokens',
  {
    tokenHash: text('token_hash').primaryKey(),
    callId: text('call_id').$type<CallId>().notNull(),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [
    index('stream_tokens_call_id').on(table.callId),
    index('stream_tokens_expires_at').on(table.expiresAt),
  ],
);

/** `Idempotency-Key`, for all replicas. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    key: text('key').primaryKey(),
    bodyHash: text('body_hash').notNull(),
    /** The id that the call will have, known before the call is written: a repeat after a crash finds it by this. */
    callId: text('call_id').$type<CallId>().notNull(),
    /** Null while the first request is under way. */
    answer: json('answer').$type<{ readonly status: number; readonly body: unknown }>(),
    /** Until when the first request may take; after that another may take its place. */
    claimedUntil: moment('claimed_until').notNull(),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [
    index('idempotency_keys_expires_at').on(table.expiresAt),
    // Erased with their calls.
    index('idempotency_keys_call_id').on(table.callId),
  ],
);

/** When the account may start its next call, kept by all replicas together: one row for each account. */
export const dialPace = pgTable('dial_pace', {
  account: text('account').primaryKey(),
  nextStart: moment('next_start').notNull(),
});

/** The processes that answer for calls. One that has not shown itself for a while is taken for dead. */
export const replicas = pgTable('replicas', {
  id: text('id').primaryKey(),
  host: text('host').notNull(),
  pid: integer('pid').notNull(),
  startedAt: moment('started_at').notNull(),
  seenAt: moment('seen_at').notNull(),
});

/** Events on their way to somebody's address: written with the event, kept after delivery as its proof. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    callId: text('call_id')
      .$type<CallId>()
      .notNull()
      .references(() => calls.id, { onDelete: 'cascade' }),
    seq: integer('seq').notNull(),
    url: text('url').notNull(),
    status: text('status').$type<'pending' | 'delivered' | 'failed'>().notNull().default('pending'),
    attempts: integer('attempts').notNull().default(0),
    createdAt: moment('created_at').notNull().defaultNow(),
    nextAttemptAt: moment('next_attempt_at').notNull().defaultNow(),
    /** Until when a replica that has taken the delivery may work on it. */
    claimedUntil: moment('claimed_until'),
    deliveredAt: moment('delivered_at'),
    lastStatus: integer('last_status'),
    lastError: text('last_error'),
    /** When somebody asked for it to be posted again: then it is no part of the call's order any more. */
    requestedAt: moment('requested_at'),
  },
  (table) => [
    primaryKey({ columns: [table.callId, table.seq] }),
    index('webhook_deliveries_due')
      .on(table.nextAttemptAt)
      .where(sql`status = 'pending'`),
  ],
);

/** What is still to be asked of the vendors about an ended call: its price, its conversation. */
export const reconciliations = pgTable(
  'reconciliations',
  {
    callId: text('call_id')
      .$type<CallId>()
      .notNull()
      .references(() => calls.id, { onDelete: 'cascade' }),
    of: text('of').$type<'telephony' | 'agent'>().notNull(),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: moment('next_attempt_at').notNull(),
    claimedUntil: moment('claimed_until'),
  },
  (table) => [
    primaryKey({ columns: [table.callId, table.of] }),
    index('reconciliations_due').on(table.nextAttemptAt),
  ],
);
