/** The SQL that makes a database without migrations log its changes: the schema `hotpath`, and triggers for what resources watch. */

import { migrationFor } from 'hotpath/install/migration';
import type { Registry } from 'hotpath/resource/registry';

/** To be run in one session whose search path begins with the schema of the tables. */
export const freshnessSql = (registry: Registry): string => migrationFor({ migrationTexts: [], registry })!.text;
