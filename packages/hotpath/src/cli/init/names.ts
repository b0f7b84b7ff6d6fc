/** The names that `hotpath init` gives to resources in code, and to their paths. */
import { wordsOf } from './secret-names.ts';

/** Names that no constant of an ECMAScript module may have, and names that the files of `init` use otherwise. */
const TAKEN = new Set([
  ...['abstract', 'arguments', 'async', 'await', 'boolean', 'break', 'byte', 'case', 'catch', 'char', 'class', 'const'],
  ...[
    'continue',
    'debugger',
    'default',
    'delete',
    'do',
    'double',
    'else',
    'enum',
    'eval',
    'export',
    'extends',
    'false',
  ],
  ...['final', 'finally', 'float', 'for', 'function', 'goto', 'if', 'implements', 'import', 'in', 'instanceof', 'int'],
  ...['interface', 'let', 'long', 'native', 'new', 'null', 'package', 'private', 'protected', 'public', 'return'],
  ...['short', 'static', 'super', 'switch', 'synchronized', 'this', 'throw', 'throws', 'transient', 'true', 'try'],
  ...['typeof', 'undefined', 'var', 'void', 'volatile', 'while', 'with', 'yield'],
  ...['app', 'bearerViewer', 'build', 'closeWithGrace', 'fromEnvironment', 'hotpath', 'hotpathRoutes', 'model'],
  ...['nobody', 'pool', 'prisma', 'process', 'resource', 'resources', 'resourcesOf', 'secret', 'writes'],
]);

/** A name for each model, no two alike: `BlogPost` and `blog_posts` are `blogPost` and `blogPosts`. */
export function constantsFor(models: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  const given = new Set<string>();
  for (const model of models) {
    const wanted = camelCase(model);
    const fitting = [wanted, `${wanted}Resource`, model, `${model}Resource`].filter((name) => !TAKEN.has(name));
    const name = unused(TAKEN.has(wanted) ? fitting : [wanted, ...fitting.slice(2)], given);
    names.set(model, name);
  }
  return names;
}

/** A path for each constant, no two alike: `/blog-posts`. */
export function pathsFor(constants: Iterable<string>): Map<string, string> {
  const paths = new Map<string, string>();
  const given = new Set<string>();
  for (const constant of constants) {
    const singular = wordsOf(constant.replace(/Resource$/, '')).join('-');
    paths.set(constant, `/${unused([plural(singular), singular], given)}`);
  }
  return paths;
}

/** The first name that is not in use, or the last one with a number after it. The name is then in use. */
function unused(wanted: readonly string[], given: Set<string>): string {
  const last = wanted.at(-1)!;
  let name = wanted.find((each) => !given.has(each));
  for (let number = 2; name === undefined; number += 1)
    name = given.has(`${last}${number}`) ? undefined : `${last}${number}`;
  given.add(name);
  return name;
}

function camelCase(name: string): string {
  const [first = '', ...more] = name.split(/_+/).filter(Boolean);
  const head = /^[A-Z\d]+$/.test(first) ? first.toLowerCase() : first.charAt(0).toLowerCase() + first.slice(1);
  return head + more.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('');
}

function plural(word: string): string {
  if (/(ss|x|z|ch|sh)$/.test(word)) return `${word}es`;
  if (/s$/.test(word)) return word;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
