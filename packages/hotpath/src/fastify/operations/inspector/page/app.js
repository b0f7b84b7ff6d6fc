// The page: which view is shown, by the part of the address behind `#`, and the keys that all views share.
import { ApiError, ask, setToken } from './api.js';
import { button, h } from './dom.js';
import { RequestView } from './request-view.js';
import { RequestsView } from './requests-view.js';
import { ResourcesView } from './resources-view.js';
import { CacheView, FreshnessView, JobsView, RoutesView } from './state-views.js';

const VIEWS = {
  requests: RequestsView,
  routes: RoutesView,
  freshness: FreshnessView,
  cache: CacheView,
  jobs: JobsView,
  resources: ResourcesView,
};

const KEYS = [
  ['1 … 6', 'the views'],
  ['/', 'search'],
  ['j, k, Enter', 'next, previous, open'],
  ['p', 'pause and go on'],
  ['r', 'refresh'],
  ['Escape', 'back to the requests'],
];

class App {
  #main = document.querySelector('#main');
  #state = document.querySelector('#state');
  #view;
  #turn = 0;

  start() {
    addEventListener('hashchange', () => void this.reload());
    addEventListener('keydown', (event) => this.#press(event));
    void this.reload();
  }

  go(path) {
    location.hash = `#/${path}`;
  }

  say(text) {
    this.#state.textContent = text;
  }

  failed(error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return this.#askForToken(error);
    this.say(error instanceof TypeError ? 'The service does not answer.' : error.message);
  }

  /** Shows the view of the address. A view that was asked for earlier and comes later is not shown. */
  async reload() {
    this.#turn += 1;
    const turn = this.#turn;
    const [name = 'requests', id] = location.hash.replace(/^#\/?/, '').split('/');
    this.#mark(name || 'requests');
    this.#view?.stop();
    const isSame = this.#view?.path === location.hash;
    const view = isSame && !(this.#view instanceof RequestsView) ? this.#view : this.#make(name || 'requests', id);
    view.path = location.hash;
    this.#view = view;
    const root = h('div');
    try {
      if (name === 'trace') return this.go(`requests/${(await ask(`traces/${id}`)).id}`);
      await view.show(root);
      if (turn === this.#turn) this.#main.replaceChildren(root);
    } catch (error) {
      if (turn === this.#turn) this.#main.replaceChildren(h('p.note.bad', { role: 'alert' }, error.message));
      this.failed(error);
    }
  }

  #make(name, id) {
    if (name === 'requests' && id !== undefined) return new RequestView(this, id);
    return new (VIEWS[name] ?? RequestsView)(this);
  }

  #mark(current) {
    const links = Object.keys(VIEWS).map((name, at) => {
      const label = name[0].toUpperCase() + name.slice(1);
      return h(
        'a',
        { href: `#/${name}`, title: `Key ${at + 1}`, 'aria-current': name === current ? 'page' : undefined },
        label,
      );
    });
    document.querySelector('#nav').replaceChildren(
      ...links,
      button('?', () => this.#help(), { title: 'Keys', 'aria-label': 'Keys' }),
    );
  }

  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.('dialog')) return;
    if (event.target.matches?.('input, select, textarea')) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    const name = Object.keys(VIEWS)[Number(event.key) - 1];
    if (name) this.go(name);
    else if (event.key === '?') this.#help();
    else if (event.key === 'Enter' && event.target.matches?.('a, button, summary')) return;
    else {
      if (event.key === '/') event.preventDefault();
      this.#view?.key(event.key);
    }
  }

  #help() {
    const dialog = h(
      'dialog',
      { 'aria-label': 'Keys' },
      h('dl', {}, ...KEYS.flatMap(([key, what]) => [h('dt', {}, key), h('dd', {}, what)])),
      h('form', { method: 'dialog' }, h('button', {}, 'Close')),
    );
    dialog.addEventListener('close', () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  #askForToken({ message }) {
    this.say('');
    const field = h('input', { type: 'password', 'aria-label': 'Token', autocomplete: 'off', size: 40 });
    const submit = (event) => {
      event.preventDefault();
      setToken(field.value);
      void this.reload();
    };
    this.#main.replaceChildren(
      h('h1', {}, 'The inspector of Hotpath'),
      h('p', {}, message),
      h('form.bar', { id: 'token', onsubmit: submit }, field, h('button', { type: 'submit' }, 'Open')),
    );
    field.focus();
  }
}

new App().start();
