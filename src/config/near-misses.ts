/** Misspelt variables: they are set, unknown, and one letter away from a known variable, such as `DATABSE_URL`. */
import { variables } from './variables.ts';

/** A sentence for each misspelt variable. The sentence does not show the value. */
export function nearMisses(from: Readonly<Record<string, string | undefined>>): string[] {
  const known = Object.keys(variables.properties);
  return Object.keys(from)
    .filter((name) => from[name] && !known.includes(name))
    .flatMap((name) => {
      const meant = known.find((each) => isOneLetterAway(name.toUpperCase(), each));
      return meant ? [`${name} is set and has no effect. The variable is called ${meant}.`] : [];
    });
}

/** Whether one letter is missing, added or different, or two neighbours are swapped. */
function isOneLetterAway(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  const [left, right] = [one.slice(start), other.slice(start)];
  return (
    left.slice(1) === right.slice(1) ||
    left.slice(1) === right ||
    left === right.slice(1) ||
    (left[0] === right[1] && left[1] === right[0] && left.slice(2) === right.slice(2))
  );
}
