/** The objects for Kubernetes, compared with the configuration: no secret in their text, no unknown variable. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { variables } from '../../src/config/variables.ts';
import { textOf, yamlOf } from './files.ts';

interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly securityContext: { readonly readOnlyRootFilesystem: boolean; readonly allowPrivilegeEscalation: boolean };
  readonly readinessProbe?: object;
  readonly livenessProbe?: object;
  readonly resources: { readonly limits: { readonly memory: string } };
}
interface Pod {
  readonly containers: readonly Container[];
  readonly securityContext: object;
  readonly terminationGracePeriodSeconds?: number;
}
interface IngressPath {
  readonly path: string;
  readonly backend: { readonly service: { readonly name: string } };
}
interface Thing {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly template?: { readonly spec: Pod };
    readonly selector?: object;
    readonly replicas?: number;
    readonly minReplicas?: number;
    readonly maxUnavailable?: number;
    readonly rules?: readonly { readonly http: { readonly paths: readonly IngressPath[] } }[];
    readonly podSelector?: { readonly matchLabels: { readonly app: string } };
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly { readonly from: readonly object[] }[];
    readonly egress?: readonly { readonly ports: readonly { readonly port: number }[] }[];
    readonly scaleTargetRef?: { readonly name: string };
  };
}

const things = ['hotpath', 'migrate', 'network'].flatMap((name) => yamlOf<Thing>(`deploy/kubernetes/${name}.yml`));
const pods = things.flatMap(({ kind, spec }) => (spec?.template ? [{ kind, ...spec.template.spec }] : []));
const containers = pods.flatMap((pod) => pod.containers);
const defaults = loadConfig({ DATABASE_URL: 'postgres://host/db', JWT_SECRET: 'x'.repeat(32) });

describe('deploy/kubernetes', () => {
  it('has a service, a worker and the migrations', () => {
    expect(pods.map(({ kind }) => kind)).toEqual(['Deployment', 'Deployment', 'Job']);
  });

  it('sets only variables of the configuration', () => {
    const names = [
      ...containers.flatMap(({ env }) => env.map(({ name }) => name)),
      ...things.flatMap(({ data = {} }) => Object.keys(data)),
    ];
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !(name in variables.properties))).toEqual([]);
  });

  it('takes every secret from a Secret', () => {
    const secrets = containers.flatMap(({ env }) => env.filter(({ name }) => /SECRET|TOKEN|_URL$/.test(name)));
    expect(secrets.length).toBeGreaterThan(6);
    for (const { name, value, valueFrom } of secrets) {
      expect([name, value, valueFrom]).toEqual([name, undefined, { secretKeyRef: expect.any(Object) }]);
    }
    expect(things.map(({ kind }) => kind)).not.toContain('Secret');
  });

  it('runs without privileges, and writes nothing to the image', () => {
    for (const pod of pods) expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    for (const { securityContext } of containers) {
      expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
    }
  });

  it('probes the service and the worker', () => {
    for (const { livenessProbe, readinessProbe } of containers.slice(0, 2)) {
      expect(livenessProbe).toMatchObject({ httpGet: { path: '/healthz', port: 'http' } });
      expect(readinessProbe).toMatchObject({ httpGet: { path: '/readyz', port: 'http' } });
    }
  });

  const ofKind = (kind: string) => things.filter((thing) => thing.kind === kind);
  const deployments = ofKind('Deployment').map(({ metadata }) => metadata.name);

  it('migrates as the owner of the tables, and serves as another role', () => {
    const keys = containers.map(({ env }) => env.find(({ name }) => name === 'DATABASE_URL')!.valueFrom);
    const key = (name: string) => ({ secretKeyRef: { name: 'hotpath', key: name } });
    expect(keys).toEqual([key('database-url'), key('direct-database-url'), key('owner-database-url')]);
  });

  it('names the keys of its Secret in docs/operating/deploy.md', () => {
    const text = textOf('deploy/kubernetes/hotpath.yml') + textOf('deploy/kubernetes/migrate.yml');
    const used = [...text.matchAll(/secretKeyRef: \{ name: hotpath, key: ([\w-]+) \}/g)].map(([, key]) => key!);
    const made = textOf('docs/operating/deploy.md').match(/(?<=--from-literal=)[\w-]+/g)!;
    expect(made.sort()).toEqual([...new Set(used)].sort());
  });

  it('leaves the heap limit to the process, which knows its container', () => {
    expect(things.flatMap(({ data = {} }) => Object.keys(data))).not.toContain('OVERLOAD_HEAP_BYTES');
  });

  it('bounds the memory of every container, and gives a process time to end', () => {
    for (const { resources } of containers) expect(resources.limits.memory).toMatch(/^\d+Mi$/);
    const { shutdownDelayMs, shutdownTimeoutMs } = defaults.http;
    for (const { terminationGracePeriodSeconds: seconds } of pods.slice(0, 2)) {
      expect(seconds! * 1000).toBeGreaterThan(shutdownDelayMs + shutdownTimeoutMs);
    }
  });

  it("trusts only the ingress for the client's address, and exposes only the routes of clients", () => {
    expect(things.flatMap(({ data = {} }) => data['TRUST_PROXY'] ?? [])).toEqual(['1']);
    const paths = ofKind('Ingress').flatMap(({ spec }) => spec.rules!.flatMap(({ http }) => http.paths));
    expect(paths.map(({ path }) => path)).toEqual(['/v1', '/docs', '/openapi.json']);
    expect(paths.map(({ backend }) => backend.service.name)).toEqual(paths.map(() => 'hotpath'));
  });

  it('admits only the necessary clients, by a policy for each deployment', () => {
    const policies = ofKind('NetworkPolicy');
    expect(policies.map(({ spec }) => spec.podSelector!.matchLabels.app)).toEqual(deployments);
    for (const { spec } of policies) {
      expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
      for (const { from } of spec.ingress!) expect(from).not.toEqual([]);
    }
    const ports = policies.map(({ spec }) => spec.egress!.flatMap((rule) => rule.ports.map(({ port }) => port)));
    for (const port of [53, 5432, 6432, 6379, 4318]) expect(ports[0]).toContain(port);
    for (const port of [53, 5432, 4318, 587]) expect(ports[1]).toContain(port);
  });

  it('keeps the service up while nodes are drained, and scales the deployments without a fixed number of replicas', () => {
    const [budget] = ofKind('PodDisruptionBudget');
    expect(budget!.spec.maxUnavailable).toBe(1);
    const [scaler] = ofKind('HorizontalPodAutoscaler');
    expect(scaler!.spec.minReplicas).toBeGreaterThan(1);
    const scaled = ofKind('Deployment').find(({ metadata }) => metadata.name === scaler!.spec.scaleTargetRef!.name);
    expect(scaled!.spec.replicas).toBeUndefined();
  });
});
