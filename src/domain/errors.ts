/** What the marketplace refuses for reasons of its own. */
import { defineErrors } from 'hotpath';

export const domainErrors = defineErrors({
  outOfStock: ['OUT_OF_STOCK', 409],
  lastOwner: ['LAST_OWNER', 409],
});
