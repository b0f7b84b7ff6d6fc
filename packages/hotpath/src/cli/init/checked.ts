/** Checks the proposals of `hotpath init` as the service does at its start: declarations, reads, tags and paths. */

import { watch } from '../../freshness/watched.ts';
import type { DataModel } from '../../model/data-model.ts';
import { checkReads } from '../../resource/declared-reads.ts';
import { everything } from '../../resource/policy.ts';
import { DeclarationError, Registry } from '../../resource/registry.ts';
import { type Resource, resources, type TypeMapLike } from '../../resource/resource.ts';
import { itemFields } from '../../resource/route-place.ts';
import { CommandError } from '../command.ts';
import type { Proposal } from './proposal.ts';

/** Opens each proposal to the public and checks it. @throws {CommandError} for an invalid proposal. */
export function checkProposals(dataModel: DataModel, proposals: readonly Proposal[]): void {
  const registry = new Registry(dataModel);
  const declared = proposals.map((proposal) => ({ proposal, resource: opened(proposal) }));
  try {
    registry.add(...declared.map(({ resource }) => resource));
    registry.check();
    checkReads(registry);
    watch(registry);
    for (const { proposal, resource } of declared) {
      registry.mustHavePages(resource);
      itemFields(registry, { resource, path: itemPath(proposal) });
    }
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error;
    throw new CommandError(`${error.message} Name the models without it by --models.`);
  }
}

/** The path of one row: `/orders/:userId/:number`. */
export const itemPath = ({ path, key }: Proposal): string => `${path}/${key.map((field) => `:${field}`).join('/')}`;

function opened({
  model,
  defaultFields,
  name,
  fields,
  relations,
  filters,
  filterNames,
  sorts,
  sort,
}: Proposal): Resource {
  const declaration = { name, fields, relations, filters, filterNames, sorts, sort };
  return resources<TypeMapLike>()(model, {
    ...declaration,
    defaultFields: defaultFields.join(','),
    policy: everything('public'),
  } as never);
}
