/** The phrases that the prose check refuses, each with what to write instead. `docs/decisions` and README files pass it, too. */

export interface ProseRule {
  readonly pattern: RegExp;
  readonly instead: string;
}

/** At the beginning of a sentence, a list item or a cell. */
const opening = (words: string): RegExp => new RegExp(`(?<=^|[.!?:;] )(?:${words})\\b`, 'g');

export const RULES: readonly ProseRule[] = [
  { pattern: opening('Who|Whoever|Whom|Whose'), instead: 'name the actor: "the client", "the team", "PostgreSQL"' },
  { pattern: opening('What|Whatever'), instead: 'begin with the thing itself: "The headers", "Rows that"' },
  { pattern: opening('Nobody|Somebody|Anybody|Everybody'), instead: 'name the actor: "no client", "each viewer"' },
  {
    pattern: /\b(?:whoever|whomever|for whom|to whom|by whom|from whom|of whom|of whose)\b/gi,
    instead: 'name the actor',
  },
  { pattern: /\b(?:nobody|somebody|anybody|everybody)\b/gi, instead: 'name the actor: "no client", "another viewer"' },
  { pattern: /\b(?:he|him|himself|his|she|her|hers)\b/gi, instead: '"the client", "the operator", "they"' },
  { pattern: /\bbut for\b/gi, instead: '"except"' },
  { pattern: /\bwould rather\b/gi, instead: '"prefers"' },
  {
    pattern: /\b(?:is|are|was|were) (?:told|asked)\b/gi,
    instead: 'an active verb: "the response states", "the client requests"',
  },
  { pattern: /\b(?:that|which|who) (?:is|are) (?:none|no [a-z]+)\b/gi, instead: '"invalid", "not a URL"' },
  { pattern: /\b(?:is|are) nobody's\b/gi, instead: '"belongs to no viewer"' },
  { pattern: /\bfor good\b/gi, instead: '"permanently"' },
  { pattern: /\bmend(?:s|ed)?\b/gi, instead: '"fix"' },
  { pattern: /\b(?:read|made|written|built|asked|found|taken|planned|parsed) anew\b/gi, instead: '"again"' },
  { pattern: /\bas it is asked\b/gi, instead: '"on request"' },
  { pattern: /\bfor (?:it|he|they|there|nobody) (?:is|are|has|have|can|would)\b/gi, instead: '"because"' },
  { pattern: /\bsuch (?:a one|ones)\b/gi, instead: 'the noun' },
  { pattern: /\bgiven back\b/gi, instead: '"released", "returned"' },
  { pattern: /\b(?:is|are) held (?:to|against)\b/gi, instead: '"checked against"' },
  { pattern: /\bof one's own\b|\bone's own\b/gi, instead: '"its own", "your own"' },
  { pattern: /\bin place of\b/gi, instead: '"instead of"' },
  { pattern: /\banew\b/gi, instead: '"again"' },
  { pattern: /\bfor so (?:long|many)\b|\bso many (?:times|seconds|hits|rows)\b/gi, instead: '"the number of"' },
  {
    pattern: /\b(?:is|are) not there\b|\b(?:that|which|what) (?:is|are|was|were) there\b/gi,
    instead: '"missing", "existing"',
  },
  { pattern: /\btold\b/gi, instead: '"shown", "named", "reported"' },
  { pattern: /\bfor who\b|\bwho may\b/gi, instead: 'name the actor: "a viewer that may"' },
  { pattern: /(?<!\bthere )\b(?:is|are) no (?!longer\b|more\b)[a-z]+/gi, instead: '"is not a", "invalid"' },
  { pattern: /\b(?:likewise|hence|thereby|in vain)\b/gi, instead: 'the plain word: "also", "so", "for nothing"' },
];
