/** Paths with values instead of their parameters. */
import type { Hotpath } from '../fastify/instance.ts';
import type { ServedRead } from '../fastify/reads/served-reads.ts';
import { exampleValue } from '../resource/example-value.ts';

type Values = Readonly<Record<string, string | number>>;

/** The path with a value instead of a parameter: of `:id`, of `:id(^\\d+$)`, or of `*`. */
function withParameter(path: string, parameter: string, value: string | number): string {
  const text = encodeURIComponent(String(value));
  if (parameter === '*') return path.replace('*', () => text);
  const start = placeOf(path, parameter);
  if (start < 0) return path;
  const end = start + 1 + parameter.length;
  return path.slice(0, start) + text + path.slice(path[end] === '(' ? closing(path, end) : end);
}

export const withParameters = (path: string, values: Values): string =>
  Object.entries(values).reduce((written, [parameter, value]) => withParameter(written, parameter, value), path);

/** A path that the route takes, whether such a row exists or not. */
export function urlWithExamples({ resources }: Hotpath, { url, read }: ServedRead): string {
  const values = Object.entries(read.where ?? {}).map(([field, parameter]) => {
    return [parameter, exampleValue(resources.scalar(read.resource, field), resources.dataModel)];
  });
  return withParameters(url, Object.fromEntries(values));
}

function placeOf(path: string, parameter: string): number {
  const name = parameter.replace(/\W/g, '\\$&');
  return path.search(new RegExp(`:${name}(?=[/.(-]|$)`));
}

/** The position after the bracket that closes the one at `start`. */
function closing(path: string, start: number): number {
  let depth = 0;
  for (let index = start; index < path.length; index += 1) {
    if (path[index] === '\\') index += 1;
    else if (path[index] === '(') depth += 1;
    else if (path[index] === ')' && --depth === 0) return index + 1;
  }
  return path.length;
}
