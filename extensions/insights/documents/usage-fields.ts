import type { Usage } from '../measure/usage.ts';

/** The fields that both documents have in common, in the agent's units. */
export function cpuFields({ userMs, systemMs }: Usage) {
  return {
    cpu_user_time: rounded(userMs),
    cpu_system_time: rounded(systemMs),
    cpu_total_time: rounded(sum(userMs, systemMs)),
  };
}

export function tmpFields({ tmpMaxBytes, tmpFreeBytes }: Usage) {
  const isKnown = tmpMaxBytes !== undefined && tmpFreeBytes !== undefined;
  return { tmp_free: tmpFreeBytes, tmp_max: tmpMaxBytes, tmp_used: isKnown ? tmpMaxBytes - tmpFreeBytes : undefined };
}

export function networkFields({ rxBytes, txBytes }: Usage) {
  return { tx_bytes: txBytes, rx_bytes: rxBytes, total_network: sum(rxBytes, txBytes) };
}

export function agentFields({ agentMemory }: Usage) {
  return {
    agent_memory_avg: rounded(megabytes(agentMemory?.averageBytes)),
    agent_memory_max: rounded(megabytes(agentMemory?.maxBytes)),
  };
}

/** AWS's agent cuts the digits off: 63 of 256 MB are 24 %. */
export function flooredPercent(used: number | undefined, total: number): number | undefined {
  return used === undefined || total <= 0 ? undefined : Math.floor((used / total) * 100);
}

/** Lambda's megabytes have 1,048,576 bytes. */
export function megabytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / (1024 * 1024);
}

export function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value);
}

export function twoDigits(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 100) / 100;
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
