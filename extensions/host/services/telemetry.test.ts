import { expect, it } from 'vitest';
import { telemetryService } from './telemetry.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

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

it('reports how many are being sent, and says when that is told', async () => {
  const { service, reportTo } = telemetryService();
  const reports: unknown[] = [];
  reportTo((...numbers) => void reports.push(numbers));

  service.holds('own', 5, 2);
  service.holds('other', 1);
  const before = [...reports];
  await service.told();
  const told = [...reports];
  service.holds('own', 5, 0);
  await service.told();
  await service.told();

  expect([before, told, reports.slice(1)]).toEqual([[], [[6, 2]], [[6, 0]]]);
});

it('hands measurements of one extension to the one that sends telemetry, and says whether there is one', () => {
  const { service } = telemetryService();
  const measured = { name: 'cpu', unit: 'ms', kind: 'sum', value: 7, startMs: 1, timeMs: 2, attributes: {} } as const;
  const taken: unknown[] = [];

  const before = service.emit([measured]);
  service.onEmitted((measurements) => taken.push(...measurements));
  const after = service.emit([measured]);

  expect([before, after]).toEqual([false, true]);
  expect(taken).toEqual([measured]);
});
