// A plan of PostgreSQL as a tree. The nodes in which most of the time or the cost lies are marked.
import { h, ms } from './dom.js';

const DEAR = 0.3;

const childrenOf = (node) => node.Plans ?? [];
const totalOf = (node) =>
  node['Actual Total Time'] === undefined ? node['Total Cost'] : node['Actual Total Time'] * node['Actual Loops'];
/** What a node itself takes, without those below it. */
const ownOf = (node) => Math.max(0, totalOf(node) - childrenOf(node).reduce((sum, inner) => sum + totalOf(inner), 0));

export function planTree({ plan, isAnalyzed, isGeneric, planningMs, executionMs, advice = [] }) {
  const whole = Math.max(totalOf(plan), Number.MIN_VALUE);
  const figures = [
    isAnalyzed && `executed in ${ms(executionMs)}, planned in ${ms(planningMs)}, and rolled back`,
    !isAnalyzed && 'not executed: costs are what PostgreSQL expects',
    isGeneric && 'a plan for any values',
  ].filter(Boolean);
  return h(
    'div',
    {},
    ...advice.map((sentence) => h('p.note', {}, sentence)),
    h('p.dim', {}, `${figures.join('; ')}.`),
    h('ul.plan', { 'aria-label': 'Plan' }, nodeOf(plan, whole)),
  );
}

function nodeOf(node, whole) {
  const part = ownOf(node) / whole;
  const share = h('span.share', { title: `${Math.round(part * 100)}% of the whole` }, h('i'));
  share.firstChild.style.width = `${Math.min(100, part * 100)}%`;
  const target = node['Relation Name'] ? ` on ${node['Relation Name']}` : '';
  const index = node['Index Name'] ? ` by ${node['Index Name']}` : '';
  return h(
    'li',
    {},
    share,
    ' ',
    h(part >= DEAR ? 'span.dear' : 'span', {}, `${node['Node Type']}${target}${index}`),
    ' ',
    h('span.dim', {}, rowsOf(node)),
    ...details(node),
    childrenOf(node).length > 0 && h('ul', {}, ...childrenOf(node).map((inner) => nodeOf(inner, whole))),
  );
}

function rowsOf(node) {
  const expected = `${node['Plan Rows'].toLocaleString('en')} rows expected`;
  if (node['Actual Rows'] === undefined) return `cost ${node['Total Cost'].toLocaleString('en')}, ${expected}`;
  const loops = node['Actual Loops'] > 1 ? ` × ${node['Actual Loops']}` : '';
  return `${ms(totalOf(node))}, ${node['Actual Rows'].toLocaleString('en')} rows${loops} (${expected})`;
}

const DETAILS = [
  'Index Cond',
  'Recheck Cond',
  'Filter',
  'Join Filter',
  'Hash Cond',
  'Merge Cond',
  'Sort Key',
  'Group Key',
];

function details(node) {
  const removed = node['Rows Removed by Filter'];
  const lines = DETAILS.filter((name) => node[name] !== undefined).map(
    (name) => `${name}: ${[node[name]].flat().join(', ')}`,
  );
  if (removed) lines.push(`Rows removed by filter: ${removed.toLocaleString('en')}`);
  return lines.map((line) => h('div.dim.mono', {}, line));
}
