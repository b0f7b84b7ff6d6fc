/** The service warns at its start of instrumentations that record the same spans as the library. */
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { type NamedInstrumentation, openTelemetry } from 'hotpath/opentelemetry';
import { expect, it } from 'vitest';

function warningsFor(...instrumentations: NamedInstrumentation[]): string[] {
  const warnings: string[] = [];
  const resource = resourceFromAttributes({});
  openTelemetry({ processors: [], resource, instrumentations, warn: (warning) => warnings.push(warning) });
  return warnings;
}

it('the check warns of a second span of each request, and of each statement', () => {
  expect(warningsFor(new HttpInstrumentation({ enabled: false }), new PgInstrumentation({ enabled: false }))).toEqual([
    expect.stringMatching(/^With @opentelemetry\/instrumentation-http, each request has two server spans; .*\.$/),
    expect.stringMatching(/^With @opentelemetry\/instrumentation-pg, each statement has two spans; .*\.$/),
  ]);
});

it('the check accepts other instrumentations, and one of HTTP that leaves requests alone', () => {
  const http = new HttpInstrumentation({ enabled: false, disableIncomingRequestInstrumentation: true });
  expect(warningsFor(http, new UndiciInstrumentation({ enabled: false }))).toEqual([]);
});
