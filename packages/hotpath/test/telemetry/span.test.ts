/** A span ignores every change after its end. */

import { newSpanId, newTraceId, Span } from 'hotpath/telemetry/span';
import { expect, it } from 'vitest';

it('a span keeps what it had at its end, whatever is set later', () => {
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
