/** The resource: what every span of the process tells of it. */
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

/** @param service by OpenTelemetry's names, from the configuration, before what is found out. */
export function resourceOf(service: Readonly<Record<string, string>>): Resource {
  const detectors = [serviceInstanceIdDetector, hostDetector, osDetector, processDetector];
  return defaultResource()
    .merge(detectResources({ detectors }))
    .merge(resourceFromAttributes({ 'service.version': project.version, ...service }));
}
