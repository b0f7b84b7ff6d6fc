/**
 * Instrumentations of other libraries, whose work in a request or a job is then in its trace. Code that calls OpenTelemetry's
 * API needs none. This list is for instrumentations that listen to `node:diagnostics_channel`; one that replaces functions
 * of a library must be started before the library is loaded, by `node --import`.
 */
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';

/** `fetch` and undici: the keys of the issuer of tokens, and what a team adds. */
export const instrumentations = () => [new UndiciInstrumentation()];
