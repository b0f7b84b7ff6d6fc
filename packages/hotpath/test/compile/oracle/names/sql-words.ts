/** The names that the project's SQL adds: in compiled reads, and in the triggers that log changes. */
import fc from 'fast-check';
import { createCompiler, type Statement } from 'hotpath/compile/compile';
import { CompileError } from 'hotpath/compile/error';
import { triggersFor } from 'hotpath/freshness/triggers';
import { watch } from 'hotpath/freshness/watched';
import { datamodel } from '../../zoo/generated/datamodel.ts';
import { type Case, drawCase } from '../oracle.ts';
import { declareModels } from '../pages/declare-models.ts';

const SAMPLES = 400;
/** A literal, a name in quotes, or a word. */
const TOKEN = /E'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?<quoted>(?:[^"]|"")+)"|(?<word>[A-Za-z_]\w*)/g;
/** A name of the zoo as part of an alias. */
const ALIAS_OF = /^(?<name>.*?)(?:_pairs)?(?:_\d+)?$/;
/** The name of a function for a table of the zoo. */
const LOG_FUNCTION = /^log_/;

/** Every name and keyword in the SQL for the zoo that is not a name of the zoo. */
export function sqlWords(): readonly string[] {
  const known = new Set(namesOf(datamodel));
  const found = texts().flatMap((text) =>
    [...text.matchAll(TOKEN)].flatMap(
      ({ groups }) => groups!['quoted']?.replaceAll('""', '"') ?? groups!['word'] ?? [],
    ),
  );
  const isKnown = (word: string) => known.has(ALIAS_OF.exec(word)!.groups!['name']!);
  // `keeper.name` is a column of the arrays of a to-many relation.
  const isOwn = (word: string) => !LOG_FUNCTION.test(word) && !isKnown(word) && !word.split('.').every(isKnown);
  return [...new Set(found)].filter(isOwn).sort();
}

function texts(): string[] {
  const triggers = triggersFor(watch(declareModels(datamodel).registry));
  const bodies = [...triggers.values()].map((text) => text.replaceAll('$$', ' '));
  return [...bodies, ...compiledTexts()];
}

const textsOf = ({ text, asJson }: Statement): string[] => (asJson ? [text, asJson().text] : [text]);

function compiledTexts(): string[] {
  const compiler = createCompiler({ dataModel: datamodel });
  const nulls = { database: null, json: null, any: null };
  const draws = fc.sample(fc.gen(), { seed: 1, numRuns: SAMPLES });
  const compiled = draws.flatMap((draw) => compile(drawCase({ dataModel: datamodel, nulls }, draw)));
  return [...compiled, ...pagesAndRows()];

  function compile(given: Case): string[] {
    try {
      return textsOf(compiler.compile(given));
    } catch (error) {
      if (error instanceof CompileError) return [];
      throw error;
    }
  }

  /** The values that resources request beside rows: the next cursor, keys, a total, a version. */
  function pagesAndRows(): string[] {
    const args = { select: { id: true }, orderBy: { id: 'asc' }, take: 1 };
    const page = { model: 'Animal', action: 'findMany', args, next: ['id'], keys: ['id'], total: {} } as const;
    const row = { model: 'Animal', action: 'findUnique', args: { where: { id: 1n } }, version: 'id', keys: ['id'] };
    return [page, { ...row, action: 'findUnique' } as const].flatMap((each) => textsOf(compiler.compile(each)));
  }
}

/** The names of everything in a data model, both in the schema and in the database. */
function namesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value, value.charAt(0).toLowerCase() + value.slice(1)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [...namesOf(key), ...namesOf(inner)]);
}
