/** The models that get a resource, and the reasons why the others get none. */

import { sourceOf } from '../../freshness/watched.ts';
import type { DataModel, Model, ScalarField } from '../../model/data-model.ts';
import { readerOf } from '../../resource/value.ts';
import { CommandError } from '../command.ts';
import { isSecret, proposedKey } from './proposal.ts';
import type { SchemaDump } from './schema-dump.ts';
import { looksSecret } from './secret-names.ts';

export interface LeftOut {
  readonly model: string;
  /** A sentence without its full stop. */
  readonly reason: string;
}

export interface ChosenModels {
  readonly chosen: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

type Known = Pick<SchemaDump, 'ignored' | 'views'>;

/**
 * @param wanted the names that the user gave; all models without it.
 * @throws {CommandError} for an unknown name, and if no model is left.
 */
export function chooseModels(known: Known, dataModel: DataModel, wanted?: readonly string[]): ChosenModels {
  const all = [...Object.keys(dataModel.models), ...known.ignored];
  const strangers = wanted?.filter((name) => !all.includes(name)) ?? [];
  if (strangers.length > 0) {
    const names = strangers.map((name) => `"${name}"`).join(', ');
    throw new CommandError(`The schema has no model ${names}; it has ${all.join(', ')}.`);
  }
  const candidates = wanted ? all.filter((name) => wanted.includes(name)) : all;
  const chosen: string[] = [];
  const leftOut: LeftOut[] = [];
  for (const model of candidates) {
    const reason = reasonAgainst(model, { known, dataModel, chosen, isNamed: wanted !== undefined });
    if (reason) leftOut.push({ model, reason });
    else chosen.push(model);
  }
  if (chosen.length > 0) return { chosen, leftOut };
  const reasons = leftOut.map(({ model, reason }) => `\n  ${model}: ${reason}`).join('');
  throw new CommandError(`No model can be made a resource.${reasons}`);
}

interface Circumstances {
  readonly known: Known;
  readonly dataModel: DataModel;
  /** The models that have been chosen before it. */
  readonly chosen: readonly string[];
  /** Whether the user named it. */
  readonly isNamed: boolean;
}

function reasonAgainst(name: string, { known, dataModel, chosen, isNamed }: Circumstances): string | undefined {
  if (known.ignored.includes(name)) return 'Prisma Client has no such model: @@ignore';
  if (known.views.has(name)) return 'a view: declare it by hand, with `madeOf`, the models that it reads';
  const twin = chosen.find((other) => sourceOf(other) === sourceOf(name));
  if (twin) return `its name differs from ${twin} only in the first letter`;
  if (!isNamed && looksSecret(name)) return 'its name looks secret: if it is not, name it in --models';
  return keyFault(dataModel.models[name]!, dataModel);
}

function keyFault(model: Model, dataModel: DataModel): string | undefined {
  const key = proposedKey(model).map((name) => model.fields[name] as ScalarField);
  if (key.length === 0) return 'it has no key whose fields are never null';
  const secret = key.find(isSecret);
  if (secret) return `its key, ${secret.name}, ${secret.type === 'Bytes' ? 'is bytes' : 'looks secret'}`;
  const unread = key.find((field) => !readerOf(field, dataModel));
  return unread && `no path can contain its key, ${unread.name}`;
}
