ALTER TABLE "runs" ADD COLUMN "over" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "snapshot_seq" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "snapshot" jsonb;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "summary" jsonb;--> statement-breakpoint
UPDATE "runs" SET "over" = "ended" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" DROP COLUMN "ended";
