/** `hotpath/inspector`: a page of the service itself that says why a request was slow. */
// These files add to Fastify's types; an import of their values alone leaves no trace in declarations.
import '../../instance.ts';
import '../../reads/cached-reply.ts';
import '../../route-config.ts';
import './request-watch.ts';

export type { InspectorBounds } from '../../../inspector/bounds.ts';
export { type InspectorOptions, inspector } from './inspector.ts';
export { type RecordableOptions, recordable } from './recordable.ts';
