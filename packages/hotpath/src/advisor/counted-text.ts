/**
 * The text by which a statement is found among those that PostgreSQL has counted. pg_stat_statements writes a parameter
 * for every constant, also for `NULL`, `TRUE` and `FALSE`; it keeps `IS NULL` and `IS TRUE`.
 */
import { normalise } from '../budget/normalise.ts';

const WORD = /(?<!\bIS |\bIS NOT |\bNOT |")\b(?:NULL|TRUE|FALSE)\b(?!")/gi;

/** Equal for a text with constants and for the same text with parameters. */
export const countedText = (text: string): string => normalise(normalise(text).replace(WORD, '?'));
