// A request as text: as a command that sends it again, and as Markdown for an issue.
import { bytes, ms } from './dom.js';

const LEFT_OUT = new Set(['host', 'connection', 'content-length', 'accept-encoding', 'traceparent']);
const quoted = (text) => `'${String(text).replaceAll("'", `'\\''`)}'`;

/** What was hidden stands as a variable of the shell. */
export function asCurl({ method, url, requestHeaders }) {
  const headers = Object.entries(requestHeaders ?? {}).filter(([name]) => !LEFT_OUT.has(name));
  const given = headers.map(([name, value]) =>
    value === '[hidden]'
      ? `-H "${name}: $${name.toUpperCase().replaceAll(/\W/g, '_')}"`
      : `-H ${quoted(`${name}: ${value}`)}`,
  );
  const verb = method === 'GET' ? [] : [`-X ${method}`];
  return ['curl -g -i', ...verb, ...given, quoted(location.origin + url)].join(' \\\n  ');
}

export function asMarkdown(request) {
  const { method, url, status, statements, budget, outcome, tier, groups, cache, logs, traceId } = request;
  const bound = budget === undefined ? '' : ` of ${budget}`;
  const head = [
    `### ${method} ${url}`,
    '',
    `${status} in ${ms(request.ms)}, ${statements}${bound} statements, ${bytes(request.bytes) || 'unknown size'}, cache: ${outcome ? `${tier} ${outcome}` : 'none'}${traceId ? `, trace ${traceId}` : ''}`,
  ];
  const story = cache.flatMap(({ sentences }) => sentences.map((sentence) => `- ${sentence}`));
  const sent = groups.flatMap(({ sql, times, ms: took, rows, lines, isRepeated }) => [
    '',
    `${isRepeated ? '**N+1**: ' : ''}${times} × in ${ms(took)}, ${rows} rows${lines[0] ? `, from \`${lines[0]}\`` : ''}`,
    '',
    '```sql',
    sql,
    '```',
  ]);
  const log = logs.length > 0 ? ['', '```', ...logs.map(({ text }) => text), '```'] : [];
  return [...head, ...(story.length > 0 ? ['', ...story] : []), ...sent, ...log, ''].join('\n');
}

export const copy = (text) => navigator.clipboard.writeText(text);
