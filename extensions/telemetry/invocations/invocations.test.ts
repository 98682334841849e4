import { expect, it } from 'vitest';
import { requestId } from '../../../test/support/builders/lambda-records.ts';
import { invocationMemory } from './invocations.ts';

it('remembers a bounded number of traces, also if one request is retried many times', () => {
  const invocations = invocationMemory(2);
  const traces = [1, 2, 3].map((attempt) => `${attempt}`.repeat(32));

  for (const trace of traces) {
    const tracing = { value: `Root=1-${trace.slice(0, 8)}-${trace.slice(8)};Sampled=1` };
    invocations.begin({ requestId, startMs: 0, tracing, isColdStart: false });
  }

  expect(traces.map((trace) => invocations.ofTrace(trace)?.traceId)).toEqual([undefined, ...traces.slice(1)]);
});
