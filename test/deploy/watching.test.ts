/** The monitoring of the service, compared with the service: metrics, dashboards, and the links between them. */
import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { buildWorker } from '../../src/worker.ts';
import { testEnvironment, useApp } from '../support/app.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { pathOf, textOf, yamlOf } from './files.ts';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly record?: string; readonly alert?: string; readonly expr: string }[];
  }[];
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly datasource: { readonly uid: string };
  readonly targets: readonly { readonly expr?: string }[];
}
interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string }[] };
}

const FOLDER = 'deploy/grafana/dashboards';
const rules = ['rules', 'alerts'].flatMap((name) =>
  yamlOf<Rules>(`deploy/prometheus/${name}.yml`)[0]!.groups.flatMap((group) => group.rules),
);
const recorded = rules.flatMap(({ record }) => record ?? []);
const alerts = rules.flatMap(({ alert }) => alert ?? []);
const dashboards = readdirSync(pathOf(FOLDER)).map((file) => JSON.parse(textOf(`${FOLDER}/${file}`)) as Dashboard);

/** The metrics that a PromQL expression uses: the service's, Node.js's, and those that rules record. */
const askedIn = (expression: string): string[] =>
  [...expression.replaceAll(/"[^"]*"/g, '').matchAll(/[a-zA-Z_:][\w:]*/g)]
    .map(([name]) => name)
    .filter((name) => name.includes(':') || /^(hotpath|http|nodejs|process)_/.test(name));

describe('metrics', () => {
  const app = useApp({
    environment: {
      REDIS_URL: 'redis://127.0.0.1:1',
      DATABASE_REPLICA_URLS: 'postgresql://service:secret@127.0.0.1:1/shop',
    },
  });
  const exposed = new Set<string>(['up']);

  beforeAll(async () => {
    const environment = { ...testEnvironment(await testDatabaseUrl()), MAIL_DIRECTORY: '/tmp' };
    const worker = buildWorker(loadConfig(environment));
    await worker.ready();
    for (const service of [app(), worker]) {
      const { payload } = await service.inject('/metrics');
      for (const [, name, type] of payload.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
        exposed.add(name!);
        if (type === 'histogram' || type === 'summary')
          for (const part of ['bucket', 'sum', 'count']) exposed.add(`${name}_${part}`);
      }
    }
    await worker.close();
  });

  const asking = [
    ...rules.map(({ record, alert, expr }) => [record ?? alert!, expr] as const),
    ...dashboards.flatMap(({ uid, panels }) =>
      panels.flatMap(({ title, targets }) =>
        targets.flatMap(({ expr }) => (expr === undefined ? [] : [[`${uid}: ${title}`, expr] as const])),
      ),
    ),
  ];

  it('exist for all rules, alerts and dashboards', () => {
    const asked = asking.flatMap(([where, expression]) => askedIn(expression).map((name) => ({ where, name })));
    expect(asked.length).toBeGreaterThan(60);
    expect(asked.filter(({ name }) => !(name.includes(':') ? recorded.includes(name) : exposed.has(name)))).toEqual([]);
  });

  it('are recorded only if an expression uses them', () => {
    const asked = new Set(asking.flatMap(([, expression]) => askedIn(expression)));
    expect(recorded.filter((name) => !asked.has(name))).toEqual([]);
  });
});

describe('alerts', () => {
  it.each(alerts)('%s is tested, and has a paragraph with instructions', (alert) => {
    expect(textOf('deploy/prometheus/alerts.test.yml')).toContain(`alertname: ${alert}`);
    const paragraphs = textOf('docs/operating/operate.md').split('\n## When an alert fires\n')[1]!.split('\n\n');
    const paragraph = paragraphs.find((each) => each.split(' — ')[0]!.includes(`\`${alert}\``));
    expect(paragraph).toMatch(/^1\. /m);
  });
});

describe('dashboards', () => {
  const [provisioned] = yamlOf<{ datasources: readonly { uid: string }[] }>(
    'deploy/grafana/provisioning/datasources/datasources.yml',
  );
  const sources = provisioned!.datasources.map(({ uid }) => uid);

  it('use provisioned sources', () => {
    const asked = dashboards.flatMap(({ panels }) => panels.map(({ datasource }) => datasource.uid));
    expect(asked.filter((uid) => !sources.includes(uid))).toEqual([]);
  });

  it("are the targets of Jaeger's links, with their panels and variables", () => {
    const links = [...textOf('jaeger/ui.json').matchAll(/http:\/\/localhost:3001\/d\/([\w-]+)\??([^"]*)/g)];
    expect(links.length).toBeGreaterThan(4);
    for (const [, uid, query] of links) {
      const dashboard = dashboards.find((one) => one.uid === uid);
      expect(dashboard, uid).toBeDefined();
      for (const [, name] of query!.matchAll(/var-(\w+)=/g)) {
        expect(dashboard!.templating.list.map((variable) => variable.name)).toContain(name);
      }
      const panel = /viewPanel=(\d+)/.exec(query!)?.[1];
      if (panel) expect(dashboard!.panels.map(({ id }) => id)).toContain(Number(panel));
    }
  });
});

describe('Jaeger', () => {
  interface Collector {
    readonly service: { readonly extensions: string[]; readonly pipelines: Record<string, Record<string, string[]>> };
    readonly [section: string]: Record<string, unknown> | object;
  }
  const [config] = yamlOf<Collector>('jaeger/config.yaml');

  it('defines every component that its pipelines name', () => {
    const known = (section: string) => Object.keys({ ...config![section], ...config!['connectors'] });
    for (const pipeline of Object.values(config!.service.pipelines)) {
      for (const [section, names] of Object.entries(pipeline)) {
        expect(known(section)).toEqual(expect.arrayContaining(names));
      }
    }
    expect(Object.keys(config!['extensions']!).sort()).toEqual([...config!.service.extensions].sort());
  });

  it('is queried for attributes that spans have', () => {
    const filesIn = (folder: string) =>
      readdirSync(pathOf(folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`);
    const sources = ['src', 'packages/hotpath/src']
      .flatMap(filesIn)
      .filter((file) => file.endsWith('.ts'))
      .map(textOf)
      .join('\n');
    const links = JSON.parse(textOf('jaeger/ui.json')).linkPatterns as { type: string; key?: string; url: string }[];
    const parameters = links.flatMap(({ url }) => [...url.matchAll(/#\{([\w.]+)/g)].map(([, name]) => name!));
    const { dimensions } = (config!['connectors'] as { spanmetrics: { dimensions: { name: string }[] } }).spanmetrics;
    const attributes = [
      ...links.flatMap(({ type, key }) => (type === 'tags' ? key! : [])),
      ...parameters.filter((name) => !/^(trace\.)?(traceID|startTime|endTime)$/.test(name)),
      ...dimensions.map(({ name }) => name),
    ];
    expect(attributes.length).toBeGreaterThan(6);
    expect(attributes.filter((name) => !sources.includes(`'${name}'`))).toEqual([]);
  });

  it('gives Prometheus the metrics of spans at the address that Prometheus scrapes', () => {
    const exporters = config!['exporters'] as { prometheus: { endpoint: string } };
    const port = exporters.prometheus.endpoint.split(':')[1];
    expect(textOf('deploy/prometheus/prometheus.yml')).toContain(`jaeger:${port}`);
    expect(() => JSON.parse(textOf('jaeger/sampling.json'))).not.toThrow();
  });
});
