// Elements, and figures as people read them. Text is always set as text, so nothing that is shown can become markup.

/**
 * @param {string} tag a name, with classes behind dots: `td.number`
 * @param {object} properties attributes; `on…` are listeners
 * @param {...(Node | string | number | undefined | null | false)} children
 */
export function h(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (classes.length > 0) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

/** @param {{ label: string, isNumber?: boolean, isSmall?: boolean }[]} columns */
export function table(columns, rows) {
  const classOf = ({ isNumber, isSmall }) => [isNumber && 'number', isSmall && 'small'].filter(Boolean).join(' ');
  const head = columns.map((column) => h('th', { class: classOf(column), scope: 'col' }, column.label));
  const body = rows.map((cells) =>
    h('tr', {}, ...cells.map((cell, at) => h('td', { class: classOf(columns[at]) || 'wide' }, cell))),
  );
  return h('div.scroll', {}, h('table', {}, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...body)));
}

export const button = (label, onclick, properties = {}) =>
  h('button', { type: 'button', onclick, ...properties }, label);

export function ms(value) {
  if (value === undefined || value === null) return '';
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
  return `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)} ms`;
}

export function bytes(value) {
  if (value === undefined || value === null) return '';
  if (value < 1000) return `${Math.round(value)} B`;
  return value < 1_000_000 ? `${(value / 1000).toFixed(1)} kB` : `${(value / 1_000_000).toFixed(1)} MB`;
}

export const percent = (part) => (part === undefined || part === null ? '' : `${Math.round(part * 100)}%`);
export const clock = (time) => new Date(time).toLocaleTimeString('en-GB');
export const figure = (label, value) => h('span', {}, h('b', {}, value), ' ', h('span.dim', {}, label));

/** `file:line:column`, with the folders before the last three names left out. */
export const place = (line) => (line.split('/').length > 4 ? `…/${line.split('/').slice(-3).join('/')}` : line);
