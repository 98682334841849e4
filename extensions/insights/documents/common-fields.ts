import type { Usage } from '../measure/usage.ts';
import { megabytes, rounded } from './arithmetic.ts';
import type { DocumentIdentity } from './document.ts';

/** What both documents say of a function and of what its environment used, in the agent's units. */
export function commonFields(usage: Usage, identity: DocumentIdentity) {
  const { userMs, systemMs, rxBytes, txBytes, tmpMaxBytes, tmpFreeBytes, agentMemory } = usage;
  return {
    event_type: 'performance',
    function_name: identity.functionName,
    version: identity.functionVersion,
    tmp_free: tmpFreeBytes,
    tmp_max: tmpMaxBytes,
    tmp_used: difference(tmpMaxBytes, tmpFreeBytes),
    threads_max: usage.threads,
    cpu_user_time: rounded(userMs),
    cpu_system_time: rounded(systemMs),
    cpu_total_time: rounded(sum(userMs, systemMs)),
    fd_use: usage.fds,
    fd_max: usage.fdLimit,
    tx_bytes: txBytes,
    rx_bytes: rxBytes,
    total_network: sum(rxBytes, txBytes),
    agent_version: identity.agentVersion,
    agent_memory_avg: rounded(megabytes(agentMemory?.averageBytes)),
    agent_memory_max: rounded(megabytes(agentMemory?.maxBytes)),
  };
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function difference(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b;
}
