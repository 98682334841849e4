import type { Log } from '../../sdk/index.ts';

/** Says once which fields a document lacks because they could not be read. */
export function noticeUnreadable(log: Pick<Log, 'warn'>): (document: Readonly<Record<string, unknown>>) => void {
  let isSaid = false;
  return (document) => {
    if (isSaid) return;
    const missing = MEASURED.filter((field) => document[field] === undefined);
    if (missing.length === 0) return;
    isSaid = true;
    log.warn(
      `Insights could not read ${missing.join(', ')}: /proc is hidden or belongs to another user. These fields are left out, now and whenever they cannot be read.`,
    );
  };
}

const MEASURED = ['cpu_total_time', 'total_network', 'tmp_free', 'threads_max', 'fd_use', 'agent_memory_avg'];
