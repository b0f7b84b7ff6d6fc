// The live list of requests, its filters, and its keys: j and k go, Enter opens, p pauses, / searches.
import { ask } from './api.js';
import { button, bytes, clock, h, ms } from './dom.js';

const EVERY_MS = 1000;
const MOST_ROWS = 400;
const FILTERS = ['text', 'route', 'status', 'outcome', 'slow'];

export class RequestsView {
  #app;
  #root;
  #timer;
  #last = -1;
  #filter = new URLSearchParams();
  #isPaused = false;
  #selected = -1;
  #body = h('tbody');

  constructor(app) {
    this.#app = app;
  }

  show(root) {
    this.#root = root;
    this.#filter = new URLSearchParams(sessionStorage.getItem('hotpath-inspector-filter') ?? '');
    const columns = [
      ['Time', 'small'],
      ['Request', ''],
      ['Status', 'number'],
      ['Time taken', 'number'],
      ['Statements', 'number'],
      ['Cache', ''],
      ['Size', 'number small'],
      ['Role', 'small'],
    ];
    const head = columns.map(([label, kind]) => h('th', { class: kind, scope: 'col' }, label));
    root.append(
      h('h1', {}, 'Requests'),
      this.#bar(),
      h('div.scroll', {}, h('table', { id: 'requests' }, h('thead', {}, h('tr', {}, ...head)), this.#body)),
    );
    return this.#restart();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#root = undefined;
  }

  key(key) {
    if (key === 'j' || key === 'k') return this.#move(key === 'j' ? 1 : -1);
    if (key === 'Enter') return this.#rows()[this.#selected]?.querySelector('a')?.click();
    if (key === 'p') return this.#root.querySelector('#pause').click();
    if (key === '/') return this.#root.querySelector('input[type=search]').focus();
  }

  #bar() {
    const field = (name, element) => {
      element.value = this.#filter.get(name) ?? '';
      element.addEventListener('input', () => this.#set(name, element.value));
      return element;
    };
    const choice = (label, values) =>
      h(
        'select',
        { 'aria-label': label },
        h('option', { value: '' }, label),
        ...values.map((value) => h('option', { value }, value)),
      );
    const over = button('N+1 and over budget', () => {
      const isOn = over.getAttribute('aria-pressed') !== 'true';
      over.setAttribute('aria-pressed', String(isOn));
      this.#set('over', isOn ? 'true' : '');
    });
    over.setAttribute('aria-pressed', String(this.#filter.get('over') === 'true'));
    const pause = button(
      'Pause',
      () => {
        this.#isPaused = !this.#isPaused;
        pause.setAttribute('aria-pressed', String(this.#isPaused));
        if (!this.#isPaused) void this.#poll();
      },
      { id: 'pause', 'aria-pressed': 'false' },
    );
    return h(
      'div.bar',
      { role: 'search' },
      field('text', h('input', { type: 'search', placeholder: 'URL, id, SQL  ( / )', 'aria-label': 'Text' })),
      field('route', h('input', { placeholder: 'Route', 'aria-label': 'Route', size: 14 })),
      field('status', choice('Status', ['2xx', '3xx', '4xx', '5xx'])),
      field('outcome', choice('Cache', ['hit', 'miss', 'coalesced', 'stale', 'bypass', 'rescued', 'none'])),
      field('slow', choice('Slower than', ['1', '10', '100', '1000'])),
      over,
      pause,
      button('Clear', async () => {
        await ask('clear', {});
        await this.#restart();
      }),
    );
  }

  #set(name, value) {
    if (value === '') this.#filter.delete(name);
    else this.#filter.set(name, value);
    sessionStorage.setItem('hotpath-inspector-filter', this.#filter.toString());
    void this.#restart();
  }

  #restart() {
    this.#last = -1;
    this.#selected = -1;
    this.#body.replaceChildren();
    return this.#poll();
  }

  async #poll() {
    clearTimeout(this.#timer);
    const asked = new URLSearchParams([...this.#filter, ['after', this.#last]]);
    for (const name of FILTERS) if (asked.get(name) === '') asked.delete(name);
    const filter = this.#filter.toString();
    try {
      if (!document.hidden) this.#add(await ask(`requests?${asked}`), filter);
    } catch (error) {
      this.#app.failed(error);
    }
    if (this.#root && !this.#isPaused) this.#timer = setTimeout(() => void this.#poll(), EVERY_MS);
  }

  #add({ requests, last, seen, kept, keptBytes }, filter) {
    if (!this.#root || filter !== this.#filter.toString()) return;
    // A service that has started anew counts from the beginning.
    if (last < this.#last) return void this.#restart();
    this.#last = last;
    this.#body.prepend(...requests.map((request) => this.#row(request)));
    while (this.#body.rows.length > MOST_ROWS) this.#body.lastElementChild.remove();
    if (this.#selected >= 0) this.#selected = Math.min(this.#selected + requests.length, this.#body.rows.length - 1);
    this.#app.say(`${seen.toLocaleString('en')} seen, ${kept} kept in ${bytes(keptBytes)}`);
  }

  #row(request) {
    const { id, at, method, url, status, statements, budget, repeated, isOver, tier, outcome, role, unlisted } =
      request;
    const open = () => this.#app.go(`requests/${id}`);
    const bound = budget === undefined ? '' : ` / ${budget}`;
    const cached = outcome && h('span', { class: tier === 'database' ? 'dim' : 'good' }, `${tier} ${outcome}`);
    return h(
      'tr',
      { onclick: open, 'data-id': id },
      h('td.small.dim', {}, clock(at)),
      h(
        'td.wide',
        {},
        h('a', { href: `#/requests/${id}` }, `${method} ${url}`),
        unlisted > 0 && h('span.dim.small', { title: 'answers of this route from memory before it' }, ` + ${unlisted}`),
      ),
      h('td.number', { class: `number ${status >= 500 ? 'bad' : status >= 400 ? 'warn' : ''}` }, status),
      h('td.number', {}, ms(request.ms)),
      h(
        'td.number',
        {},
        repeated > 0 && h('span.tag.bad', {}, `N+1 × ${repeated}`),
        ' ',
        h(isOver ? 'span.bad' : 'span', {}, `${statements}${bound}`),
      ),
      h('td', {}, cached),
      h('td.number.small', {}, bytes(request.bytes)),
      h('td.small', {}, role),
    );
  }

  #rows() {
    return [...this.#body.rows];
  }

  #move(by) {
    const rows = this.#rows();
    rows[this.#selected]?.classList.remove('selected');
    this.#selected = Math.max(0, Math.min(rows.length - 1, this.#selected + by));
    rows[this.#selected]?.classList.add('selected');
    rows[this.#selected]?.scrollIntoView({ block: 'nearest' });
  }
}
