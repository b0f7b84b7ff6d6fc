/** `hotpath grants`: the privileges for everything that the modules declare. */
import { schemaOf } from 'hotpath';
import { grantsCommand } from 'hotpath/cli';
import { environment } from '../config/config.ts';
import { declaredNeeds } from '../domain/needs.ts';

export const marketplaceGrants = grantsCommand(async () => declaredNeeds(schemaOf(environment['DATABASE_URL'])));
