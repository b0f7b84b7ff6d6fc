-- Alone in its migration, because it runs outside of a transaction and blocks no writer.
CREATE INDEX CONCURRENTLY "products_category_id_price_id_idx" ON "products"("category_id", "price", "id");
