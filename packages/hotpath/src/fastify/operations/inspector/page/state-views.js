// The views of the server's state: routes, freshness, cache, jobs. Each asks once, and again when it is told to.
import { ask } from './api.js';
import { button, bytes, clock, figure, h, ms, percent, table } from './dom.js';

class StateView {
  constructor(app) {
    this.app = app;
  }

  async show(root) {
    const parts = await this.parts();
    const again = button('Refresh', () => void this.app.reload(), { id: 'refresh' });
    root.replaceChildren(h('h1', {}, this.title, ' ', again), ...parts.flat().filter(Boolean));
    this.app.say('');
  }

  stop() {}

  key(key) {
    if (key === 'r') void this.app.reload();
  }
}

const number = (label, isSmall = false) => ({ label, isNumber: true, isSmall });
const text = (label, isSmall = false) => ({ label, isSmall });
const absent = (what) => [h('p.note', {}, what)];

export class RoutesView extends StateView {
  title = 'Routes';

  async parts() {
    const { routes } = await ask('routes');
    if (routes.length === 0) return absent('No request has come yet.');
    const columns = [
      text('Route'),
      number('Requests'),
      number('p50'),
      number('p95'),
      number('Statements'),
      number('Hits'),
      number('Asked before', true),
      number('Size', true),
      number('Errors', true),
    ];
    const advised = routes.filter(({ advice }) => advice.length > 0);
    return [
      ...advised.map(({ route, advice, slowest }) =>
        h(
          'p.note',
          {},
          h('b', {}, route),
          ' ',
          advice.join(' '),
          ' ',
          h('a', { href: `#/requests/${slowest}` }, 'Its slowest request'),
        ),
      ),
      table(
        columns,
        routes.map((line) => [
          h('a', { href: `#/requests/${line.slowest}`, title: 'Opens its slowest request' }, line.route),
          line.count,
          ms(line.p50),
          ms(line.p95),
          h(
            line.over > 0 ? 'span.bad' : 'span',
            {},
            `${line.statements.toFixed(line.statements % 1 ? 1 : 0)}${line.budget === undefined ? '' : ` / ${line.budget}`}`,
          ),
          percent(line.hitRate),
          percent(line.repeats),
          bytes(line.bytes),
          line.errors || '',
        ]),
      ),
      h('p.dim', {}, 'Over the requests that are kept; the dearest routes first.'),
    ];
  }
}

export class FreshnessView extends StateView {
  title = 'Freshness';

  async parts() {
    const { isKnown, follower, gaps, changes } = await ask('freshness');
    if (!isKnown) return absent('This server follows no changes: it has no cache of hotpath.');
    return [
      h(
        'div.facts',
        {},
        figure('', follower.isCurrent ? 'current' : 'not current'),
        figure('old', ms(follower.ageMs)),
        figure('snapshot', h('code', {}, follower.position)),
      ),
      !follower.isFollowing && h('p.note.bad', {}, 'The log of changes is not followed, so the cache is bypassed.'),
      ...gaps.map((gap) => h('p.note.bad', {}, gap)),
      h('h2', {}, 'The last changes'),
      changes.length === 0
        ? h('p.dim', {}, 'No change has been learned since the start.')
        : table(
            [text('Learned at', true), number('Transaction'), number('Entries outdated'), text('Tags')],
            changes.map(({ at, xid, outdated, tags, more }) => [
              clock(at),
              xid,
              outdated,
              h('code', {}, `${tags.join(' ')}${more ? ` and ${more} more` : ''}`),
            ]),
          ),
    ];
  }
}

export class CacheView extends StateView {
  title = 'Cache';

  async parts() {
    const { isKnown, answers, entries, bytes: size, evictions, fills, breaker, events, routes } = await ask('cache');
    if (!isKnown) return absent('This server has no cache of hotpath.');
    const outcomes = Object.keys(answers.l1);
    return [
      h(
        'div.facts',
        {},
        figure('entries', entries),
        figure('in memory', bytes(size)),
        figure('evicted', evictions),
        figure('found outdated', events.outdated),
        figure('fills under way', fills.underway),
        figure('Redis', breaker === 'none' ? 'none' : breaker === 'closed' ? 'used' : breaker),
      ),
      h('h2', {}, 'Answers by tier'),
      table(
        [text('Tier'), ...outcomes.map((outcome) => number(outcome))],
        Object.entries(answers).map(([tier, counts]) => [tier, ...outcomes.map((outcome) => counts[outcome] || '')]),
      ),
      h('h2', {}, 'Memory by route'),
      table(
        [text('Route'), number('Entries'), number('Size'), number('Outdated')],
        routes.map((line) => [line.route, line.entries, bytes(line.bytes), line.outdated || '']),
      ),
    ];
  }
}

export class JobsView extends StateView {
  title = 'Jobs';

  async parts() {
    const { hasQueue, state, listed, ran } = await ask('jobs');
    const waiting = hasQueue ? Object.values(state.depth).reduce((sum, each) => sum + each, 0) : 0;
    const retry = (job) =>
      button('Retry', async () => {
        await ask('jobs/retry', { ids: [job.id] });
        await this.app.reload();
      });
    return [
      !hasQueue && h('p.note', {}, 'There is no queue of jobs in this database, or its role may not see it.'),
      hasQueue &&
        h(
          'div.facts',
          {},
          figure('due', waiting),
          figure('running', listed.filter((job) => job.state === 'running').length),
          figure('dead', state.dead),
        ),
      hasQueue &&
        table(
          [text('Job'), text('State'), number('Tries'), text('Runs at', true), text('Last error'), text('')],
          listed.map((job) => [
            job.job,
            h(job.state === 'dead' ? 'span.bad' : 'span', {}, job.state),
            `${job.attempts} / ${job.maxAttempts}`,
            clock(job.runAt),
            (job.lastError ?? '').split('\n', 1)[0],
            job.state === 'dead' && retry(job),
          ]),
        ),
      h('h2', {}, 'Ran in this process'),
      ran.length === 0
        ? h('p.dim', {}, 'None yet.')
        : table(
            [text('Ended at', true), text('Job'), text('Outcome'), number('Time')],
            ran.map(({ at, job, outcome, ms: took }) => [
              clock(at),
              job,
              h(outcome === 'done' ? 'span' : 'span.bad', {}, outcome),
              ms(took),
            ]),
          ),
    ];
  }
}
