/** OpenTelemetry's context and the library's: what each is while the other is entered, bound, attached or left. */
import { EventEmitter } from 'node:events';
import { type Context, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { currentLedger, Ledger, withLedger } from 'hotpath/budget/ledger';
import { CarrierContextManager } from 'hotpath/opentelemetry/carrier-context-manager';
import { currentCarrier, currentSpan, runWith } from 'hotpath/telemetry/context';
import { newSpanId, newTraceId, Span } from 'hotpath/telemetry/span';
import { expect, it } from 'vitest';

const ended: Span[] = [];
const record = (span: Span) => void ended.push(span);
const manager = new CarrierContextManager(record);

/** A context with a span of another tracer. */
function foreign(from: Context, sampled = true) {
  const traceId = trace.getSpanContext(from)?.traceId ?? newTraceId();
  const span = { traceId, spanId: newSpanId(), traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE };
  return { ...span, context: trace.setSpanContext(from, span) };
}

function sampledLedger(): { readonly ledger: Ledger; readonly span: Span } {
  const ledger = new Ledger();
  const span = new Span({ traceId: newTraceId(), name: 'a request', kind: 'server', record });
  Object.assign(ledger, { traceId: span.traceId, span });
  return { ledger, span };
}

const activeIds = () => trace.getSpanContext(manager.active());

it('the active context is empty outside of requests', () => {
  expect(manager.active()).toBe(ROOT_CONTEXT);
  expect(manager.with(ROOT_CONTEXT, () => currentSpan())).toBeUndefined();
});

it('within a request the active context is one object, and `with` leads from it back to the request', () => {
  const { ledger, span } = sampledLedger();
  withLedger(ledger, () => {
    const context = manager.active();
    expect(manager.active()).toBe(context);
    expect(activeIds()).toMatchObject({ traceId: span.traceId, spanId: span.spanId, traceFlags: TraceFlags.SAMPLED });
    runWith(undefined, () => manager.with(context, () => expect(currentCarrier()).toBe(ledger)));
  });
});

it('the active context follows a request that is traced later', () => {
  const { ledger, span } = sampledLedger();
  ledger.span = undefined;
  withLedger(ledger, () => {
    expect(activeIds()).toMatchObject({ traceId: span.traceId, traceFlags: TraceFlags.NONE });
    ledger.span = span;
    expect(activeIds()).toMatchObject({ spanId: span.spanId, traceFlags: TraceFlags.SAMPLED });
  });
});

it("a span of another tracer becomes the parent of the library's spans, and statements count for the request around it", () => {
  const { ledger } = sampledLedger();
  withLedger(ledger, () => {
    const outer = foreign(manager.active());
    const child = manager.with(outer.context, () => currentSpan()!.child('a step'));
    expect(child).toMatchObject({ traceId: outer.traceId, parentId: outer.spanId, hasRemoteParent: false });
    child.end();
    expect(ended).toContain(child);
    expect(manager.with(outer.context, currentLedger)).toBe(ledger);
    const other = foreign(ROOT_CONTEXT);
    expect(manager.with(other.context, () => [currentLedger(), currentSpan()?.traceId])).toEqual([
      ledger,
      other.traceId,
    ]);
  });
});

it("the active context has no span if the other tracer's span is not sampled or tracing is suppressed", () => {
  const { ledger } = sampledLedger();
  withLedger(ledger, () => {
    expect(manager.with(foreign(ROOT_CONTEXT, false).context, currentSpan)).toBeUndefined();
    expect(manager.with(suppressTracing(manager.active()), currentSpan)).toBeUndefined();
    expect(currentSpan()).toBe(ledger.span);
  });
});

it('bound functions and emitters keep their context and its request', () => {
  const { ledger } = sampledLedger();
  const emitter = new EventEmitter();
  const outer = withLedger(ledger, () => foreign(manager.active()));
  manager.bind(outer.context, emitter);
  const heard: unknown[] = [];
  emitter.on('event', () => heard.push([currentSpan()?.spanId, currentLedger()]));
  const bound = manager.bind(outer.context, () => [currentSpan()?.spanId, currentLedger()]);
  withLedger(sampledLedger().ledger, () => {
    emitter.emit('event');
    expect(bound()).toEqual([outer.spanId, ledger]);
  });
  expect(heard).toEqual([[outer.spanId, ledger]]);
});

it('an attached context ends when its token is disposed', async () => {
  await (async () => {
    const outer = foreign(ROOT_CONTEXT);
    const token = manager.attach(outer.context);
    await Promise.resolve();
    expect(currentSpan()?.spanId).toBe(outer.spanId);
    token.dispose();
    token.dispose();
    expect(currentSpan()).toBeUndefined();
  })();
});
