import { expect, it } from 'vitest';
import { telemetryService } from './telemetry.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('calls back once, when an extension holds fewer records than before', () => {
  const { service, whenFirstReleased } = telemetryService();
  const calls: number[] = [];
  let step = 0;
  whenFirstReleased(() => void calls.push(step));

  for (const records of [2, 3, 3, 1, 4, 0]) {
    step++;
    service.holds('own', records);
  }

  expect(calls).toEqual([4]);
});

it('reports the sum of all parts, more acknowledged records at once and the rest a turn later', async () => {
  const { service, acknowledged, reportTo } = telemetryService();
  const sums: number[] = [];
  reportTo((records) => void sums.push(records));

  acknowledged(5);
  service.holds('own', 5);
  acknowledged(0);
  service.holds('own', 3);
  const atOnce = [...sums];
  await turn();

  expect([atOnce, sums]).toEqual([[5], [5, 3]]);
});
