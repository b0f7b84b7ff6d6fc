/** The objects for Kubernetes, held to the configuration: no secret in their text, no variable that nobody reads. */
import { describe, expect, it } from 'vitest';
import { variables } from '../../src/config/variables.ts';
import { yamlOf } from './files.ts';

interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly securityContext: { readonly readOnlyRootFilesystem: boolean; readonly allowPrivilegeEscalation: boolean };
  readonly readinessProbe?: object;
  readonly livenessProbe?: object;
}
interface Thing {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly template?: {
      readonly spec: { readonly containers: readonly Container[]; readonly securityContext: object };
    };
    readonly selector?: object;
    readonly scaleTargetRef?: { readonly name: string };
  };
}

const things = ['hotpath', 'migrate'].flatMap((name) => yamlOf<Thing>(`deploy/kubernetes/${name}.yml`));
const pods = things.flatMap(({ kind, spec }) => (spec?.template ? [{ kind, ...spec.template.spec }] : []));
const containers = pods.flatMap((pod) => pod.containers);

describe('deploy/kubernetes', () => {
  it('has a service, a worker and the migrations', () => {
    expect(pods.map(({ kind }) => kind)).toEqual(['Deployment', 'Deployment', 'Job']);
  });

  it('gives variables that the configuration has', () => {
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

  it('runs without rights, and writes nothing to the image', () => {
    for (const pod of pods) expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    for (const { securityContext } of containers) {
      expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
    }
  });

  it('asks the service and the worker how they are', () => {
    for (const { livenessProbe, readinessProbe } of containers.slice(0, 2)) {
      expect(livenessProbe).toMatchObject({ httpGet: { path: '/healthz', port: 'http' } });
      expect(readinessProbe).toMatchObject({ httpGet: { path: '/readyz', port: 'http' } });
    }
  });
});
