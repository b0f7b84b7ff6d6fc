/** Properties of a reply that the resource at their place does not have for the viewer: other code has added them. */
import { grantFor } from '../resource/policy.ts';
import type { Registry } from '../resource/registry.ts';
import type { Resource } from '../resource/resource.ts';
import type { Viewer } from '../resource/viewer.ts';

interface Place {
  readonly resource: Resource;
  readonly viewer: Viewer;
}

/** @returns each fault once: `shows "email" of user, which its policy keeps from the role guest`. */
export function undeclared(registry: Registry, place: Place, data: unknown): string[] {
  const faults = new Set<string>();
  collect(registry, place, { data, faults });
  return [...faults];
}

interface Found {
  readonly data: unknown;
  readonly faults: Set<string>;
}

function collect(registry: Registry, place: Place, { data, faults }: Found): void {
  if (Array.isArray(data)) for (const each of data) collect(registry, place, { data: each, faults });
  if (Array.isArray(data)) return;
  if (typeof data !== 'object' || data === null) return;
  const { resource, viewer } = place;
  const hidden = grantFor(registry.dataModel, resource, viewer)?.without ?? [];
  for (const [name, value] of Object.entries(data)) {
    const isRelation = Object.hasOwn(resource.relations, name);
    if (hidden.includes(name))
      faults.add(`shows "${name}" of ${resource.name}, which its policy keeps from the role ${viewer.role}.`);
    else if (isRelation)
      collect(registry, { resource: registry.target(resource, name), viewer }, { data: value, faults });
    else if (!isDeclared(resource, name)) faults.add(`shows "${name}", which ${resource.name} does not declare.`);
  }
}

const isDeclared = ({ computed, fields }: Resource, name: string): boolean =>
  fields.includes(name) || Object.hasOwn(computed, name);
