// Resources: what may be asked of each, by role, and the SQL and the plan of a question that is typed in. It is not run.
import { ask } from './api.js';
import { h, table } from './dom.js';
import { planTree } from './plan.js';
import { sqlBlock } from './sql.js';

export class ResourcesView {
  #app;

  constructor(app) {
    this.#app = app;
  }

  async show(root) {
    const { resources } = await ask('resources');
    const none = h('p.note', {}, 'This server has no resources of hotpath.');
    const parts = resources.length === 0 ? [none] : [question(resources), ...resources.map(card)];
    root.replaceChildren(h('h1', {}, 'Resources'), ...parts);
    this.#app.say('');
  }

  stop() {}

  key() {}
}

function question(resources) {
  const option = (value) => h('option', { value }, value);
  const resource = h(
    'select',
    { 'aria-label': 'Resource', name: 'resource' },
    ...resources.map(({ name }) => option(name)),
  );
  const role = h('select', { 'aria-label': 'Role', name: 'role' });
  const subject = h('input', { 'aria-label': 'Subject', name: 'subject', value: '1', size: 6 });
  const query = h('input', {
    type: 'search',
    name: 'query',
    'aria-label': 'Question',
    placeholder: 'fields=id&limit=5',
  });
  const result = h('div', { id: 'answer' });
  const setRoles = () =>
    role.replaceChildren(
      ...resources.find(({ name }) => name === resource.value).roles.map((each) => option(each.role)),
    );
  resource.addEventListener('change', setRoles);
  setRoles();
  const submit = async (event) => {
    event.preventDefault();
    const asked = { resource: resource.value, role: role.value, subject: subject.value, query: query.value };
    try {
      const answer = await ask('resources/ask', asked);
      const values = answer.values.map((value, at) => `$${at + 1} = ${value}`).join(', ');
      result.replaceChildren(sqlBlock(answer.sql), h('p.mono', {}, values), planTree(answer));
    } catch (error) {
      result.replaceChildren(h('p.note.bad', { role: 'alert' }, error.message));
    }
  };
  const form = h(
    'form.bar',
    { onsubmit: submit },
    resource,
    role,
    subject,
    query,
    h('button', { type: 'submit' }, 'Show its SQL and plan'),
  );
  return h(
    'section',
    {},
    h('p.dim', {}, 'A question is compiled and explained as a role would ask it. It is not run.'),
    form,
    result,
  );
}

function card({
  name,
  model,
  routes,
  roles,
  fields,
  defaultFields,
  relations,
  computed,
  parameters,
  sorts,
  sort,
  limit,
}) {
  const rows = [
    ['Routes', routes.map(({ url }) => url).join(' ') || 'none'],
    [
      'Roles',
      roles
        .map(
          ({ role, isNarrowed, without }) =>
            `${role}${isNarrowed ? ' (some rows)' : ''}${without.length > 0 ? ` (without ${without.join(', ')})` : ''}`,
        )
        .join('; ') || 'none',
    ],
    ['Fields', fields.join(' ')],
    ['Without `fields`', defaultFields],
    [
      'Embeds',
      relations
        .map(({ relation, resource }) => (relation === resource ? relation : `${relation} (${resource})`))
        .join(' '),
    ],
    ['Computed', computed.join(' ')],
    ['Parameters', parameters.join(' ')],
    ['Sorts', `${sorts.join(' ')} (${sort} without it)`],
    ['Page', `${limit.default} rows, ${limit.most} at most`],
  ];
  return h(
    'details.card',
    {},
    h('summary', {}, h('b', {}, name), h('span.dim', {}, ` of ${model}`)),
    table(
      [{ label: '' }, { label: '' }],
      rows.filter(([, value]) => value !== ''),
    ),
  );
}
