-- What workers keep beside the queue.
CREATE TABLE "job_workers" (
    "key" INTEGER NOT NULL,
    "locked_by" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "job_workers_pkey" PRIMARY KEY ("key")
);

CREATE TABLE "job_effects" (
    "key" VARCHAR(255) NOT NULL,
    "happened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "job_effects_pkey" PRIMARY KEY ("key")
);

CREATE TABLE "job_marks" (
    "job" VARCHAR(128) NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "job_marks_pkey" PRIMARY KEY ("job")
);

-- What orders come to, by product and day.
CREATE TABLE "stock_days" (
    "product_id" INTEGER NOT NULL,
    "day" TIMESTAMPTZ(3) NOT NULL,
    "merchant_id" INTEGER NOT NULL,
    "ordered" INTEGER NOT NULL,
    "revenue" DECIMAL(14,2) NOT NULL,
    "remaining" INTEGER NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stock_days_pkey" PRIMARY KEY ("product_id","day")
);

CREATE INDEX "job_effects_happened_at_idx" ON "job_effects"("happened_at");

CREATE INDEX "stock_days_merchant_id_day_product_id_idx" ON "stock_days"("merchant_id", "day" DESC, "product_id" DESC);

ALTER TABLE "stock_days" ADD CONSTRAINT "stock_days_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "products"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "stock_days" ADD CONSTRAINT "stock_days_merchant_id_fkey" FOREIGN KEY ("merchant_id") REFERENCES "merchants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Reports are listed, and found by a link.
ALTER TABLE "reports" DROP COLUMN "file", ADD COLUMN "link" TEXT;

DROP INDEX "reports_user_id_created_at_idx";

CREATE INDEX "reports_user_id_created_at_id_idx" ON "reports"("user_id", "created_at" DESC, "id" DESC);

-- Readings are written in the order in which they come in, so a summary of every 128 pages finds the last hour's.
CREATE INDEX "readings_received_at_idx" ON "readings" USING BRIN ("received_at");
