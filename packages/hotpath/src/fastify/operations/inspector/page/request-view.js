// One request: where its time went, what it sent, why the cache answered as it did, and what it logged.
import { ask } from './api.js';
import { asCurl, asMarkdown, copy } from './copy.js';
import { button, bytes, clock, figure, h, ms, place } from './dom.js';
import { planTree } from './plan.js';
import { sqlBlock } from './sql.js';

const LEVELS = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

export class RequestView {
  #app;
  #id;
  #withValues = false;

  constructor(app, id) {
    this.#app = app;
    this.#id = id;
  }

  async show(root) {
    const request = await ask(`requests/${this.#id}?values=${this.#withValues}`);
    const parts = [
      this.#head(request),
      faults(request),
      steps(request),
      cacheStory(request),
      this.#groups(request),
      logs(request),
      headers(request),
    ];
    root.replaceChildren(...parts.flat().filter(Boolean));
    this.#app.say('');
  }

  stop() {}

  key(key) {
    if (key === 'Escape') this.#app.go('requests');
  }

  #head(request) {
    const { method, url, route, status, statements, budget, tier, outcome, role, traceId, traceUrl, requestId, at } =
      request;
    const said = (label, text) =>
      button(label, async (event) => {
        await copy(text);
        event.target.textContent = 'Copied';
      });
    return [
      h('p', {}, h('a', { href: '#/requests' }, '← Requests')),
      h('h1', {}, `${method} ${url}`),
      h(
        'div.facts',
        {},
        figure('status', status),
        figure('', ms(request.ms)),
        figure(budget === undefined ? 'statements' : `of ${budget} statements`, statements),
        figure('in PostgreSQL', ms(request.databaseMs)),
        outcome && figure('cache', `${tier} ${outcome}`),
        request.bytes !== undefined && figure('sent', bytes(request.bytes)),
        role && figure('role', role),
      ),
      h(
        'p.dim',
        {},
        `${clock(at)} · route ${route || 'none'} · request ${requestId}`,
        traceId ? ` · trace ${traceId} ` : '',
        traceUrl && h('a', { href: traceUrl, rel: 'noreferrer', target: '_blank' }, 'open the trace'),
      ),
      h('div.bar', {}, said('Copy as curl', asCurl(request)), said('Copy as Markdown', asMarkdown(request))),
    ];
  }

  #groups(request) {
    if (request.groups.length === 0) return [];
    const toggle = button(
      this.#withValues ? 'Hide values' : 'Show values',
      () => {
        this.#withValues = !this.#withValues;
        void this.#app.reload();
      },
      { id: 'values' },
    );
    return [
      h('h2', {}, 'Statements ', toggle),
      ...request.groups.map((group) => this.#group(group)),
      request.left > 0 && h('p.dim', {}, `${request.left} more events of this request were not kept.`),
    ];
  }

  #group({ sql, times, ms: took, rows, lines, isRepeated, statements }) {
    const shown = this.#withValues ? statements : statements.slice(0, 1);
    return h(
      isRepeated ? 'div.card.bad' : 'div.card',
      {},
      h(
        'p',
        {},
        isRepeated && h('span.tag.bad', {}, `N+1 × ${times}`),
        ' ',
        `${times} × in ${ms(took)}, ${rows} rows`,
        lines.length > 0 && [' · ', h('code', { title: lines[0] }, place(lines[0]))],
      ),
      lines.length > 1 && h('details', {}, h('summary', {}, 'Stack'), h('pre', {}, lines.join('\n'))),
      !this.#withValues && sqlBlock(sql),
      ...shown.map((statement) => this.#statement(statement)),
    );
  }

  #statement({ id, text, values, failure, mayExplain }) {
    const result = h('div');
    const explain = async (analyze) => {
      try {
        result.replaceChildren(planTree(await ask(`statements/${id}/explain`, { analyze })));
      } catch (error) {
        result.replaceChildren(h('p.note.bad', { role: 'alert' }, error.message));
      }
    };
    return h(
      'div',
      {},
      failure && h('p.bad', {}, `PostgreSQL refused it: ${failure}`),
      text && sqlBlock(text),
      values?.length > 0 && h('p.mono', {}, values.map((value, at) => `$${at + 1} = ${value}`).join(', ')),
      mayExplain &&
        h(
          'div.bar',
          {},
          button('EXPLAIN', () => explain(false)),
          button('EXPLAIN ANALYZE', () => explain(true), {
            title: 'Runs the statement in a read-only transaction, which is rolled back',
          }),
        ),
      result,
    );
  }
}

function faults({ groups, isOver, statements, budget, hasDetails }) {
  const repeated = groups.filter((group) => group.isRepeated);
  return [
    ...repeated.map(({ times, lines }) =>
      h(
        'p.note.bad',
        {},
        `N+1: the same statement was sent ${times} times`,
        lines[0] && [' from ', h('code', { title: lines[0] }, place(lines[0]))],
        '. Read the rows in one statement, by a list of their ids or a join.',
      ),
    ),
    isOver &&
      repeated.length === 0 &&
      h('p.note.bad', {}, `Over budget: ${statements} statements, and the route may send ${budget}.`),
    !hasDetails &&
      h(
        'p.note',
        {},
        'There are no details of this request: it sent no statement, and it was one of many that memory answered in this second.',
      ),
  ];
}

function steps(request) {
  if (request.steps.length === 0) return [];
  const whole = Math.max(request.ms, ...request.steps.map(({ from, ms: took }) => from + took));
  const line = (label, kind, from, took) => {
    const bar = h(`i.${kind}`, { title: `${ms(from)} + ${ms(took)}` });
    bar.style.left = `${Math.max(0, (from / whole) * 100)}%`;
    bar.style.width = `${Math.min(100, (took / whole) * 100)}%`;
    return [h('span.label', { title: label }, label), h('span.track', {}, bar), h('span.number.dim', {}, ms(took))];
  };
  return [
    h('h2', {}, 'Where the time went'),
    h(
      'div.waterfall',
      {},
      ...line('request', 'request', 0, request.ms),
      ...request.steps.flatMap(({ label, kind, from, ms: took }) => line(label, kind, from, took)),
    ),
  ];
}

function cacheStory({ cache }) {
  if (cache.length === 0) return [];
  return [
    h('h2', {}, 'Cache'),
    ...cache.map(({ sentences, key, tier, outcome, snapshot, tags, tagCount, readAt, ttlMs, bodyBytes }) =>
      h(
        'div.card',
        {},
        ...sentences.map((sentence) => h('p', {}, sentence)),
        h(
          'dl',
          {},
          ...pair('Answer', `${tier} ${outcome}, ${bytes(bodyBytes)}`),
          ...pair('Key', h('code', {}, key.replaceAll('\n', ' · '))),
          ...pair('Read at', `${clock(readAt)}, kept for ${ms(ttlMs)}`),
          ...pair('Snapshot', h('code', {}, snapshot)),
          ...pair(`Tags (${tagCount})`, h('code', {}, tags.join(' '))),
        ),
      ),
    ),
  ];
}

const pair = (term, detail) => [h('dt', {}, term), h('dd', {}, detail)];

function logs({ logs: lines }) {
  if (lines.length === 0) return [];
  return [
    h('h2', {}, 'Log'),
    ...lines.map(({ from, level, text, error }) =>
      h(
        'pre',
        { class: level >= 50 ? 'bad' : level >= 40 ? 'warn' : '' },
        `${ms(from)} ${LEVELS[level] ?? level} ${text}${error ? `\n${error}` : ''}`,
      ),
    ),
  ];
}

function headers({ requestHeaders, replyHeaders }) {
  const list = (title, given) =>
    given &&
    h(
      'details',
      {},
      h('summary', {}, title),
      h('dl', {}, ...Object.entries(given).flatMap(([name, value]) => pair(name, h('code', {}, value)))),
    );
  if (!requestHeaders && !replyHeaders) return [];
  return [h('h2', {}, 'Headers'), list('Of the request', requestHeaders), list('Of the reply', replyHeaders)];
}
