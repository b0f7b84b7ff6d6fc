/**
 * The text without a character at its end. A regular expression such as `/0+$/` begins again at each `0`, so that a long
 * run of them within the text takes the square of its length.
 */
export function withoutTrailing(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end -= 1;
  return text.slice(0, end);
}
