CREATE TABLE "call_commands" (
	"id" text PRIMARY KEY NOT NULL,
	"call_id" text NOT NULL,
	"command" json NOT NULL,
	"taken_at" timestamp (3) with time zone,
	"answer" json,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "call_events" (
	"call_id" text NOT NULL,
	"seq" integer NOT NULL,
	"id" bigserial NOT NULL,
	"tx" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"batch" text NOT NULL,
	"place" integer NOT NULL,
	"type" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"details" json NOT NULL,
	CONSTRAINT "call_events_call_id_seq_pk" PRIMARY KEY("call_id","seq")
);
--> statement-breakpoint
CREATE TABLE "call_transfers" (
	"id" text PRIMARY KEY NOT NULL,
	"call_id" text NOT NULL,
	"destination_hash" text NOT NULL,
	"placed_by" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "calls" (
	"id" text PRIMARY KEY NOT NULL,
	"version" integer NOT NULL,
	"last_seq" integer DEFAULT 0 NOT NULL,
	"direction" text NOT NULL,
	"status" text NOT NULL,
	"end_reason" text,
	"failure" json,
	"to_number" text NOT NULL,
	"from_number" text NOT NULL,
	"agent_id" text NOT NULL,
	"variables" json NOT NULL,
	"overrides" json NOT NULL,
	"metadata" json NOT NULL,
	"campaign_id" text,
	"placed_by" text,
	"destination_hash" text,
	"webhook_url" text,
	"ring_timeout_seconds" integer NOT NULL,
	"max_duration_seconds" integer NOT NULL,
	"twilio_call_sid" text,
	"stream_sid" text,
	"conversation_id" text,
	"earlier_conversation_ids" json NOT NULL,
	"answered_by" text,
	"duration_seconds" integer,
	"recording" json NOT NULL,
	"telephony_usd_micros" bigint,
	"telephony_final" boolean DEFAULT false NOT NULL,
	"agent_usd_micros" bigint,
	"agent_final" boolean DEFAULT false NOT NULL,
	"reserved_usd_micros" bigint DEFAULT 0 NOT NULL,
	"transfer" json,
	"analysis" json,
	"transcript_erased" boolean DEFAULT false NOT NULL,
	"person_erased" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"answered_at" timestamp (3) with time zone,
	"stream_started_at" timestamp (3) with time zone,
	"agent_ready_at" timestamp (3) with time zone,
	"first_audio_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"owner" text
);
--> statement-breakpoint
CREATE TABLE "dial_pace" (
	"account" text PRIMARY KEY NOT NULL,
	"next_start" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"key" text PRIMARY KEY NOT NULL,
	"body_hash" text NOT NULL,
	"call_id" text NOT NULL,
	"answer" json,
	"claimed_until" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reconciliations" (
	"call_id" text NOT NULL,
	"of" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone NOT NULL,
	"claimed_until" timestamp (3) with time zone,
	CONSTRAINT "reconciliations_call_id_of_pk" PRIMARY KEY("call_id","of")
);
--> statement-breakpoint
CREATE TABLE "replicas" (
	"id" text PRIMARY KEY NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "stream_tokens" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"call_id" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"call_id" text NOT NULL,
	"seq" integer NOT NULL,
	"url" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"next_attempt_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"claimed_until" timestamp (3) with time zone,
	"delivered_at" timestamp (3) with time zone,
	"last_status" integer,
	"last_error" text,
	"requested_at" timestamp (3) with time zone,
	CONSTRAINT "webhook_deliveries_call_id_seq_pk" PRIMARY KEY("call_id","seq")
);
--> statement-breakpoint
ALTER TABLE "call_commands" ADD CONSTRAINT "call_commands_call_id_calls_id_fk" FOREIGN KEY ("call_id") REFERENCES "public"."calls"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "call_events" ADD CONSTRAINT "call_events_call_id_calls_id_fk" FOREIGN KEY ("call_id") REFERENCES "public"."calls"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "call_transfers" ADD CONSTRAINT "call_transfers_call_id_calls_id_fk" FOREIGN KEY ("call_id") REFERENCES "public"."calls"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliations" ADD CONSTRAINT "reconciliations_call_id_calls_id_fk" FOREIGN KEY ("call_id") REFERENCES "public"."calls"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_call_id_calls_id_fk" FOREIGN KEY ("call_id") REFERENCES "public"."calls"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "call_commands_call_id" ON "call_commands" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "call_commands_created_at" ON "call_commands" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "call_events_batch" ON "call_events" USING btree ("call_id","batch","place");--> statement-breakpoint
CREATE INDEX "call_events_all" ON "call_events" USING btree ("tx","id");--> statement-breakpoint
CREATE INDEX "call_transfers_call_id" ON "call_transfers" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "call_transfers_destination_hash" ON "call_transfers" USING btree ("destination_hash","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "call_transfers_placed_by" ON "call_transfers" USING btree ("placed_by","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "calls_twilio_call_sid" ON "calls" USING btree ("twilio_call_sid");--> statement-breakpoint
CREATE INDEX "calls_conversation_id" ON "calls" USING btree ("conversation_id");--> statement-breakpoint
CREATE INDEX "calls_newest" ON "calls" USING btree ("created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "calls_to_number" ON "calls" USING btree ("to_number","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "calls_from_number" ON "calls" USING btree ("from_number","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "calls_with_transcript" ON "calls" USING btree ("created_at") WHERE not transcript_erased;--> statement-breakpoint
CREATE INDEX "calls_with_person" ON "calls" USING btree ("created_at") WHERE not person_erased;--> statement-breakpoint
CREATE INDEX "calls_destination_hash" ON "calls" USING btree ("destination_hash","created_at" DESC NULLS LAST) WHERE destination_hash is not null;--> statement-breakpoint
CREATE INDEX "calls_placed_by" ON "calls" USING btree ("placed_by","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "calls_agent_id" ON "calls" USING btree ("agent_id","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "calls_campaign_id" ON "calls" USING btree ("campaign_id","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "calls_open" ON "calls" USING btree ("owner") WHERE status in ('queued', 'initiated', 'ringing', 'in-progress');--> statement-breakpoint
CREATE INDEX "calls_recorded" ON "calls" USING btree ("created_at") WHERE recording->>'status' in ('pending', 'recording', 'ready', 'failed');--> statement-breakpoint
CREATE INDEX "idempotency_keys_expires_at" ON "idempotency_keys" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "idempotency_keys_call_id" ON "idempotency_keys" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "reconciliations_due" ON "reconciliations" USING btree ("next_attempt_at");--> statement-breakpoint
CREATE INDEX "stream_tokens_call_id" ON "stream_tokens" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "stream_tokens_expires_at" ON "stream_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" USING btree ("next_attempt_at") WHERE status = 'pending';