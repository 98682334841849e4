import { expect, it } from 'vitest';
import { newInvocation } from './invocation.ts';
import { reportRecord } from './platform-records.ts';
import type { FunctionConfiguration } from './state.ts';

const config = { initializationType: 'on-demand', timeoutMs: 3_000, memoryMB: 128 } as FunctionConfiguration;
const at = (ms: number) => ({ wallMs: 1_700_000_000_000 + ms, monotonicMs: ms });

it.each([
  // AWS's example of an image: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
  { why: 'with its init', spentMs: 1_058.15, init: 1_307.68, status: 'success', billed: 2_366 },
  { why: 'rounded up once, not twice', spentMs: 1.4, init: 1.4, status: 'success', billed: 3 },
  { why: 'at its time-out', spentMs: 3_000.9, init: 500, status: 'timeout', billed: 3_500 },
  { why: 'after an error', spentMs: 10.1, init: 20, status: 'error', billed: 31 },
  { why: 'without its init when it is warm', spentMs: 10.1, init: undefined, status: 'success', billed: 11 },
] as const)('an invocation on demand is billed $why', ({ spentMs, init, status, billed }) => {
  const invocation = { ...newInvocation({ requestId: 'a' } as never, 1, at(0)), initDurationMs: init };

  const { record } = reportRecord(invocation, { status }, at(spentMs), config, false);

  expect(record).toMatchObject({ metrics: { billedDurationMs: billed } });
});
