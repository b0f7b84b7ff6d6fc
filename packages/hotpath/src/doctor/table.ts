/** Findings as an aligned table, with the remedies below the faults. */
import type { Finding } from './finding.ts';

const HEAD = ['check', 'state', 'found'] as const;

export function findingsTable(findings: readonly Finding[]): string {
  const rows = [HEAD, ...findings.map(({ check, state, detail }) => [check, state, detail] as const)];
  const [first, second] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length))) as [
    number,
    number,
  ];
  const lines = rows.map(([check, state, detail]) => `${check.padEnd(first)}  ${state.padEnd(second)}  ${detail}`);
  const indent = ' '.repeat(first + second + 4);
  const remedies = findings.map(({ remedy }) => (remedy ? [`${indent}→ ${remedy}`] : []));
  return [lines[0]!, ...lines.slice(1).flatMap((line, index) => [line, ...remedies[index]!])].join('\n');
}

/** One sentence that summarises all findings. */
export function findingsSummary(findings: readonly Finding[]): string {
  const bad = findings.filter(isBad).length;
  const unknown = findings.filter(({ state }) => state === 'unknown').length;
  if (bad > 0) return `${bad} of ${findings.length} checks found something missing or wrong.`;
  return unknown > 0
    ? `Nothing is wrong; ${unknown} of ${findings.length} checks gave no result.`
    : 'Everything is in order.';
}

export const isBad = ({ state }: Finding): boolean => state === 'missing' || state === 'wrong';
