/** The errors of the marketplace's own rules. */
import { defineErrors } from 'hotpath';

export const domainErrors = defineErrors({
  outOfStock: ['OUT_OF_STOCK', 409],
  lastOwner: ['LAST_OWNER', 409],
});
