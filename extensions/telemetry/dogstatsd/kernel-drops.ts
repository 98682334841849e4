import { readFileSync } from 'node:fs';

/**
 * How many datagrams the kernel has dropped for the loopback sockets of a port, because nobody read them in time: since the
 * sockets were opened, so a process that inherits them counts on. 0 where the kernel does not say.
 * https://docs.kernel.org/networking/proc_net_udp.html
 */
export function kernelDrops(port: number): number {
  return ['/proc/net/udp', '/proc/net/udp6'].reduce((total, file) => total + dropsIn(textOf(file), port), 0);
}

/** @param table the text of `/proc/net/udp` or `/proc/net/udp6`: `sl local_address … drops`, numbers in hexadecimal, drops in decimal. */
export function dropsIn(table: string, port: number): number {
  const local = new RegExp(`^(?:0100007F|0{24}01000000):${port.toString(16).padStart(4, '0')}$`, 'i');
  let drops = 0;
  for (const line of table.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (local.test(fields[1] ?? '')) drops += Number(fields.at(-1)) || 0;
  }
  return drops;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Not on Linux, or without IPv6.
    return '';
  }
}
