CREATE TABLE "device_leases" (
	"machine" text NOT NULL,
	"device" text NOT NULL,
	"run_id" text NOT NULL,
	"attempt" integer NOT NULL,
	"worker" text NOT NULL,
	CONSTRAINT "device_leases_machine_device_pk" PRIMARY KEY("machine","device")
);
--> statement-breakpoint
CREATE TABLE "queue_pauses" (
	"home" text NOT NULL,
	"by" text NOT NULL,
	"reason" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "queue_pauses_home_by_pk" PRIMARY KEY("home","by")
);
--> statement-breakpoint
CREATE TABLE "worker_tokens" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" text PRIMARY KEY NOT NULL,
	"machine" text NOT NULL,
	"home" text NOT NULL,
	"owns" text,
	"version" text NOT NULL,
	"pid" integer NOT NULL,
	"devices" jsonb NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"heartbeat_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "device_leases" ADD CONSTRAINT "device_leases_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "device_leases_run_id_index" ON "device_leases" USING btree ("run_id");