import { describe, expect, it } from 'vitest';
import { measureReports, readReports, toJson, toTable } from './index.ts';

const traffic = { invocationsPerMonth: 1_000_000, architecture: 'x64' } as const;

/** One cold start and `warm` warm invocations for each of `environments`. */
function log({ environments = 10, warm = 9, initMs = 200, durationMs = 10 }): string {
  const report = (duration: number, rest = '') =>
    `REPORT RequestId: x\tDuration: ${duration.toFixed(2)} ms\tBilled Duration: ${Math.ceil(duration)} ms\tMemory Size: 1024 MB\tMax Memory Used: 80 MB\t${rest}`;
  return Array.from({ length: environments }, (_, index) => [
    report(durationMs * 5, `Init Duration: ${(initMs + index).toFixed(2)} ms\t`),
    ...Array.from({ length: warm }, (_, run) => report(durationMs + run / 10)),
  ])
    .flat()
    .join('\n');
}

const measure = (text: string, before?: string) =>
  measureReports(readReports(text), before === undefined ? undefined : readReports(before), traffic);

describe('measureReports', () => {
  it('keeps init, the first duration and warm durations apart', () => {
    const { figures, invocations, outcomes } = measure(log({}));

    const p50 = Object.fromEntries(figures.map(({ name, values, quantiles }) => [name, [values, quantiles.p50.value]]));
    expect(invocations).toBe(100);
    expect(outcomes).toEqual({ success: 100 });
    expect(p50).toEqual({
      'cold-start': [10, 204.5],
      'first-duration': [10, 50],
      duration: [90, 10.4],
      memory: [100, 80],
    });
  });

  it('says what was added, with its interval', () => {
    const { figures } = measure(log({ initMs: 230 }), log({}));

    expect(figures[0]?.added?.p50.value).toBe(30);
    expect(figures[0]?.added?.p50.low).toBeGreaterThan(20);
    expect(figures[0]?.added?.p50.high).toBeLessThan(40);
  });

  it('takes the price of GB-seconds and requests', () => {
    const text =
      'REPORT RequestId: x\tDuration: 99.5 ms\tBilled Duration: 100 ms\tMemory Size: 1024 MB\tMax Memory Used: 80 MB';

    // 1,000,000 x (0.1 GB-s x 0.0000166667 USD + 0.0000002 USD)
    expect(measure(text).usd?.value).toBeCloseTo(1.86667, 4);
  });

  it('says nothing of the bill for managed instances, whose reports have none', () => {
    const record = { type: 'platform.report', record: { status: 'success', metrics: { durationMs: 5 } } };

    expect(measure(JSON.stringify(record))).not.toHaveProperty('usd');
  });

  it.each([
    ['', undefined],
    [log({}), 'START RequestId: x'],
  ])('refuses logs without a report', (text, before) => {
    expect(() => measure(text, before)).toThrow('There is no line "REPORT RequestId: …"');
  });
});

describe('toTable', () => {
  it('has a line for each figure and one for the bill', () => {
    expect(toTable(measure(log({ initMs: 230 }), log({ environments: 2, warm: 1 })))).toMatchInlineSnapshot(`
      "100 invocations, compared with 4: 100 success

                                  values      P50  95 % interval      P95      P99  added (P50)   95 % interval
      Init                            10   235 ms     231 to 238   239 ms   239 ms     +34.0 ms  too few values
      Duration, first invocation      10  50.0 ms   50.0 to 50.0  50.0 ms  50.0 ms       0.0 ms  too few values
      Duration, warm                  90  10.4 ms   10.3 to 10.5  10.8 ms  10.8 ms      +0.4 ms  too few values
      Memory, highest                100  80.0 MB   80.0 to 80.0  80.0 MB  80.0 MB       0.0 MB  too few values

      Lambda bills 0.45 USD (0.41 to 0.49) for 1,000,000 invocations a month on x64; before, 0.70 USD (0.09 to 1.31). Init is in it, free tier and discounts are not."
    `);
  });
});

describe('toJson', () => {
  it('has null where too few values leave a side of an interval open', () => {
    const { figures } = JSON.parse(toJson(measure(log({ environments: 2, warm: 1 }))));

    expect(figures[0].quantiles.p50).toEqual({ value: 200.5, low: null, high: null });
  });
});
