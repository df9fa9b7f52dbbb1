CREATE TABLE "tunes" (
	"id" text PRIMARY KEY NOT NULL,
	"plan" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"queue" text NOT NULL,
	"requested_stop" boolean NOT NULL,
	"ended" jsonb
);
--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "tune" text;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_tune_tunes_id_fk" FOREIGN KEY ("tune") REFERENCES "public"."tunes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "runs_tune_index" ON "runs" USING btree ("tune");