import { expect, it } from 'vitest';
import { noticeUnreadable } from './unreadable.ts';

const complete = { cpu_total_time: 1, total_network: 1, tmp_free: 1, threads_max: 1, fd_use: 1, agent_memory_avg: 1 };

it('what could not be read is said once, and nothing where all was read', () => {
  const lines: string[] = [];
  const notice = noticeUnreadable({ warn: (line) => void lines.push(line) });

  notice(complete);
  const before = lines.length;
  for (let count = 0; count < 10; count++) notice({ ...complete, fd_use: undefined, threads_max: undefined });

  expect(before).toBe(0);
  expect(lines).toEqual([expect.stringMatching(/^Insights could not read threads_max, fd_use: /)]);
});
