/** Spans: what is told of them after their end is too late. */

import { newSpanId, newTraceId, Span } from 'hotpath/telemetry/span';
import { expect, it } from 'vitest';

it('is what it was when it ended, whatever is told of it later', () => {
  const recorded: Span[] = [];
  const span = new Span({ traceId: newTraceId(), name: 'a', kind: 'server', record: (each) => recorded.push(each) });
  span.end({ first: 1 });
  const { endedAt } = span;
  span.fail('22P02');
  span.set({ second: 2 });
  span.event('late');
  span.link({ traceId: newTraceId(), spanId: newSpanId() });
  span.end({ third: 3 });
  expect(recorded).toEqual([span]);
  expect(span).toMatchObject({ attributes: { first: 1 }, failure: undefined, events: [], links: [], endedAt });
});
