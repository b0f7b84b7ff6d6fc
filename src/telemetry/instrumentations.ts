/**
 * Instrumentations of other libraries: what they do in a request or a job is in its trace. Whatever speaks OpenTelemetry's
 * API is there without one. Those that hear of a library by `node:diagnostics_channel` belong here; those that replace
 * its functions must be there before it is loaded, by `node --import`.
 */
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';

/** `fetch` and undici: the keys of the issuer of tokens, and what a team adds. */
export const instrumentations = () => [new UndiciInstrumentation()];
