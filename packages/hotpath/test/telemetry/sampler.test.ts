import { createSampler, type SamplerOptions } from 'hotpath/telemetry/sampler';
import { newSpanId, newTraceId } from 'hotpath/telemetry/span';
import { formatTraceparent, parseTraceparent } from 'hotpath/telemetry/traceparent';
import { describe, expect, it } from 'vitest';

const sampler = (name: SamplerOptions['name'], ratio = 1, askedPerSecond = 0) =>
  createSampler({ name, ratio, askedPerSecond });
const caller = (sampled: boolean) => ({ traceId: newTraceId(), spanId: newSpanId(), sampled });
const many = Array.from({ length: 10_000 }, newTraceId);
const share = (sample: (id: string) => boolean): number => many.filter((id) => sample(id)).length / many.length;

describe('a sampler', () => {
  it('samples its share of the traces that begin here, and always the same ones', () => {
    const sample = sampler('parentbased_traceidratio', 0.1);
    expect(share(sample)).toBeCloseTo(0.1, 1);
    expect(many.filter((id) => sample(id))).toEqual(many.filter((id) => sample(id)));
    expect(share(sampler('always_on', 0))).toBe(1);
    expect(share(sampler('parentbased_always_off', 1))).toBe(0);
  });

  it.each([2 ** -56, 0.001, 0.01, 0.5, 0.999])('decides by the number at the end of the trace id: %d', (ratio) => {
    const sample = sampler('traceidratio', ratio);
    const idWith = (lot: bigint) => 'f'.repeat(18) + lot.toString(16).padStart(14, '0');
    const limit = BigInt(Math.floor(ratio * 2 ** 56));
    expect([limit - 1n, limit].map((lot) => sample(idWith(lot)))).toEqual([true, false]);
  });

  it('samples all traces at the ratio 1 and none at 0', () => {
    const ids = [`${'f'.repeat(18)}${'0'.repeat(14)}`, 'f'.repeat(32)];
    expect(ids.map((id) => sampler('traceidratio', 1)(id))).toEqual([true, true]);
    expect(ids.map((id) => sampler('traceidratio', 0)(id))).toEqual([false, false]);
  });

  it('decides like the caller if it is based on parents', () => {
    const sample = sampler('parentbased_always_on');
    expect(sample(newTraceId(), caller(true))).toBe(true);
    expect(sample(newTraceId(), caller(false))).toBe(false);
  });

  it('lets callers request a limited number of traces a second beyond its share', () => {
    const sample = sampler('parentbased_traceidratio', 0, 10);
    const asked = many.filter((id) => sample(id, caller(true))).length;
    expect(asked).toBeGreaterThanOrEqual(10);
    expect(asked).toBeLessThan(100);
  });

  it('does not depend on the trace id of a caller', () => {
    const sample = sampler('traceidratio', 0.01);
    const chosen = `${'0'.repeat(31)}1`;
    expect(sample(chosen)).toBe(true);
    expect(share(() => sample(chosen, caller(true)))).toBeLessThan(0.05);
  });
});

describe('a traceparent', () => {
  const id = '0af7651916cd43dd8448eb211c80319c';
  const span = 'b7ad6b7169203331';

  it('is parsed as it was formatted', () => {
    const there = { traceId: id, spanId: span, sampled: true };
    expect(parseTraceparent(formatTraceparent(there))).toEqual(there);
    expect(parseTraceparent(`00-${id}-${span}-02`)).toMatchObject({ sampled: false });
    expect(parseTraceparent(`cc-${id}-${span}-01-what-will-be`)).toEqual(there);
  });

  it.each([
    undefined,
    '',
    'garbage',
    `ff-${id}-${span}-01`,
    `00-${id}-${span}-01-more`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${id}-${'0'.repeat(16)}-01`,
    `00-${id.toUpperCase()}-${span}-01`,
    `00-${id}-${span}-01, 00-${id}-${span}-01`,
  ])('is ignored if it is invalid (%s)', (header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });
});
