export interface CpuTime {
  readonly userMs: number;
  readonly systemMs: number;
}

/** From the first line of /proc/stat: all CPUs together, all processes. https://man7.org/linux/man-pages/man5/proc_stat.5.html */
export function cpuOfStat(stat: string): CpuTime | undefined {
  const fields = /^cpu +(.*)$/m.exec(stat)?.[1]?.split(' ').map(Number);
  const [user, nice, system, , , irq, softirq] = fields ?? [];
  if (user === undefined || nice === undefined || system === undefined) return undefined;
  return { userMs: (user + nice) * TICK_MS, systemMs: (system + (irq ?? 0) + (softirq ?? 0)) * TICK_MS };
}

/** From `cpu.stat` of a cgroup, version 2. */
export function cpuOfCgroup(stat: string): CpuTime | undefined {
  const user = /^user_usec (\d+)$/m.exec(stat)?.[1];
  const system = /^system_usec (\d+)$/m.exec(stat)?.[1];
  if (user === undefined || system === undefined) return undefined;
  return { userMs: Number(user) / 1_000, systemMs: Number(system) / 1_000 };
}

/** How many CPUs `cpu.max` of a cgroup allows; undefined where it sets no limit. */
export function cpusOfCgroup(max: string): number | undefined {
  const [quota, period] = max.trim().split(' ').map(Number);
  if (!quota || !period) return undefined;
  return quota / period;
}

/** `USER_HZ` is 100 on every architecture that Lambda has. */
export const TICK_MS = 10;
