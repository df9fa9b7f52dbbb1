CREATE TABLE "extraction_slices" (
	"extraction_id" text NOT NULL,
	"index" integer NOT NULL,
	"pictures" jsonb NOT NULL,
	"worker" text,
	"claimed_at" timestamp (3) with time zone,
	"done_at" timestamp (3) with time zone,
	CONSTRAINT "extraction_slices_extraction_id_index_pk" PRIMARY KEY("extraction_id","index")
);
--> statement-breakpoint
CREATE TABLE "extractions" (
	"id" text PRIMARY KEY NOT NULL,
	"run_id" text NOT NULL,
	"task" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "extraction_slices" ADD CONSTRAINT "extraction_slices_extraction_id_extractions_id_fk" FOREIGN KEY ("extraction_id") REFERENCES "public"."extractions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "extractions" ADD CONSTRAINT "extractions_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;