import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { processTable } from './process-table.ts';
import { processScanner } from './processes.ts';

it('has a line for each process, the busiest first, and says what may not be read', () => {
  const proc = fileURLToPath(new URL('../../../test/fixtures/insights/microvm/proc', import.meta.url));

  expect(processTable(processScanner(proc)(), proc)).toEqual([
    'process 8 node (main) x: CPU 6690 ms, memory 58.6 MB, 11 threads, 4 descriptors',
    'process 1 init: CPU 150 ms, memory ? MB, 3 threads, ? descriptors',
    'process 20 lambda-node-ext: CPU 20 ms, memory ? MB, 1 threads, 3 descriptors',
  ]);
});

it('is bounded', () => {
  const process = { pid: 1, parent: 0, name: 'a', threads: 1, userMs: 0, systemMs: 0, fds: 0, fdLimit: 1 };

  const table = processTable(
    Array.from({ length: 500 }, () => process),
    '/nowhere',
  );

  expect(table).toHaveLength(21);
  expect(table.at(-1)).toBe('and 480 more processes');
});
