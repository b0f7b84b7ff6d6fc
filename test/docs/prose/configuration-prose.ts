/**
 * The comments of a configuration file, whatever its language, and the sentences that it shows to people: summaries of alerts,
 * descriptions of panels, packages and forms.
 */
import { type Passage, plainText } from './passage.ts';

const COMMENT = /^\s*(?:#|\/\/\/?)(?: (?<text>.*))?$/;
const SENTENCE =
  /(?:^|[\s{"'])(?:comment|description|label|placeholder|summary)["']?:\s+(?<quote>["']?)(?<text>.+?)\k<quote>[\s},]*$/;

export function configurationProse(text: string): Passage[] {
  const lines = text.split('\n');
  const passages = [...comments(lines), ...sentences(lines)].toSorted((one, other) => one.line - other.line);
  return passages.map((passage) => ({ ...passage, text: plainText(passage.text) }));
}

/** Lines of comment that follow each other are one passage. */
function comments(lines: readonly string[]): Passage[] {
  const passages: { line: number; text: string }[] = [];
  let isOpen = false;
  for (const [index, line] of lines.entries()) {
    const comment = COMMENT.exec(line)?.groups?.['text'];
    if (comment && isOpen) passages.at(-1)!.text += ` ${comment}`;
    else if (comment) passages.push({ line: index + 1, text: comment });
    isOpen = Boolean(comment);
  }
  return passages;
}

const sentences = (lines: readonly string[]): Passage[] =>
  lines.flatMap((line, index) => {
    const sentence = COMMENT.test(line) ? undefined : SENTENCE.exec(line)?.groups?.['text'];
    return sentence ? [{ line: index + 1, text: sentence }] : [];
  });
