import { describe, expect, it } from 'vitest';
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

describe('of many invocations side by side', () => {
  const minute = 60_000;
  const begun = (requestId: string, startMs: number) => ({
    requestId,
    startMs,
    tracing: undefined,
    isColdStart: false,
  });

  it('remembers one that runs for 90 minutes, however many begin and end meanwhile', () => {
    const invocations = invocationMemory(4, 90 * minute);
    const long = invocations.begin(begun('long', 0));

    for (let index = 1; index <= 90; index++) invocations.begin(begun(`short-${index}`, index * minute)).isDone = true;

    expect(invocations.get('long')).toBe(long);
    expect(invocations.ofTrace(long.traceId)).toBe(long);
    expect(invocations.get('short-90')).toBeDefined();
  });

  it('forgets one whose end nobody has reported, when it can no longer run', () => {
    const invocations = invocationMemory(4, 90 * minute);
    for (let index = 0; index < 4; index++) invocations.begin(begun(`lost-${index}`, 0));

    for (let index = 0; index < 4; index++) invocations.begin(begun(`new-${index}`, 91 * minute)).isDone = true;

    expect(invocations.unfinished()).toEqual([]);
  });
});
