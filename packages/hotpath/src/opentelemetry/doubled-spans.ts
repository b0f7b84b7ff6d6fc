/** Instrumentations whose spans repeat those of the library. */

/** The part of an instrumentation that names it. */
export interface NamedInstrumentation {
  readonly instrumentationName: string;
  getConfig(): object;
}

const DOUBLED: Readonly<Record<string, string>> = {
  '@opentelemetry/instrumentation-http':
    'each request has two server spans; set its `disableIncomingRequestInstrumentation`',
  '@opentelemetry/instrumentation-fastify': 'each request has a second span; leave it out',
  '@fastify/otel': 'each request has a second span; leave it out',
  '@opentelemetry/instrumentation-pg': 'each statement has two spans; leave it out',
  '@prisma/instrumentation': 'each statement that Prisma sends has two spans; leave it out',
  PrismaInstrumentation: 'each statement that Prisma sends has two spans; leave it out',
  '@opentelemetry/instrumentation-ioredis': 'each command of the cache has two spans; leave it out',
};

/** @returns a sentence for each of them. */
export function doubledSpans(instrumentations: readonly NamedInstrumentation[]): string[] {
  return instrumentations.flatMap(({ instrumentationName: name, getConfig }, index) => {
    const config = getConfig.call(instrumentations[index]) as { disableIncomingRequestInstrumentation?: boolean };
    const doubled = config.disableIncomingRequestInstrumentation ? undefined : DOUBLED[name];
    return doubled === undefined ? [] : [`With ${name}, ${doubled}.`];
  });
}
