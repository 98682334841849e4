/** What is in use of the whole machine, from /proc/meminfo. */
export function usedOfMeminfo(meminfo: string): number | undefined {
  const total = kilobytesIn(meminfo, 'MemTotal');
  const available = kilobytesIn(meminfo, 'MemAvailable');
  return total === undefined || available === undefined ? undefined : (total - available) * 1_024;
}

/** What a process keeps in memory, from /proc/PID/status. */
export function residentOfStatus(status: string): number | undefined {
  const kilobytes = kilobytesIn(status, 'VmRSS');
  return kilobytes === undefined ? undefined : kilobytes * 1_024;
}

/** The only number in a file such as `memory.current` of a cgroup; undefined for `max`. */
export function numberIn(text: string): number | undefined {
  return /^\d+\s*$/.test(text) ? Number(text) : undefined;
}

function kilobytesIn(text: string, name: string): number | undefined {
  const at = text.indexOf(`${name}:`);
  if (at === -1) return undefined;
  const kilobytes = Number.parseInt(text.slice(at + name.length + 1), 10);
  return Number.isNaN(kilobytes) ? undefined : kilobytes;
}
