-- Alone in its migration, because it runs outside of a transaction and blocks no writer.
CREATE INDEX CONCURRENTLY "products_status_price_id_idx" ON "products"("status", "price", "id");
