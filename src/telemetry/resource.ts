/** The resource: the attributes of the process, which are the same for all its spans. */
import {
  defaultResource,
  detectResources,
  hostDetector,
  osDetector,
  processDetector,
  type Resource,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import project from '../../package.json' with { type: 'json' };

/** @param service attributes from the configuration; they win over detected ones. */
export function resourceOf(service: Readonly<Record<string, string>>): Resource {
  const detectors = [serviceInstanceIdDetector, hostDetector, osDetector, processDetector];
  return defaultResource()
    .merge(detectResources({ detectors }))
    .merge(resourceFromAttributes({ 'service.version': project.version, ...service }));
}
