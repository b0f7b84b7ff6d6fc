/** The advice on caching as an aligned table. */
import type { CacheAdvice } from './cache-advice.ts';

const HEAD = ['asks', 'answers', 'changes/h', 'ttl', 'hits', 'advised', 'hits', 'memory', 'route'];

const percent = (share: number): string => `${(share * 100).toFixed(0)}%`;

const cells = (one: CacheAdvice): string[] => [
  String(one.asks),
  String(one.answers),
  one.changesPerHour.toFixed(2),
  one.ttl === undefined ? '-' : `${one.ttl} s`,
  percent(one.hitShare),
  one.line === undefined ? 'no change' : `${one.advisedTtl} s`,
  percent(one.advisedHitShare),
  `${(one.bytes / 1024).toFixed(0)} kB`,
  one.line === undefined ? one.route : `${one.route}  → ${one.line}`,
];

export function cacheTable(advice: readonly CacheAdvice[]): string {
  const rows = [HEAD, ...advice.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const last = HEAD.length - 1;
  return rows
    .map((row) => row.map((cell, column) => (column === last ? cell : cell.padStart(widths[column]!))).join('  '))
    .join('\n');
}
